"""The way into FiftyOne: a link where the reviewer's App runs, else the button that starts it."""

from urllib.parse import urlsplit

import streamlit as st

from app.panels.reviewer_name import ask_name, reviewer
from app.state import workspace
from curation.database.names import dataset_name
from curation.decisions.reviewer import kept_reviewer
from curation.in_fiftyone.app_server import app_url, running_apps
from curation.results.audit import Audit


def fiftyone_link(audit: Audit, view: str) -> str:
    """Show the link to a saved view, and return its address, empty where the reviewer's App does not run.

    The App is started when it is asked for, and only then is FiftyOne imported.
    """
    who = reviewer()
    # An App that was started for nobody writes the name of who reviewed here last.
    names = (who, "") if who == kept_reviewer(workspace()) else (who,)
    own = [server for server in running_apps(workspace()) if server.reviewer in names]
    if own and (audit.folder / "fiftyone.json").exists():
        server = max(own, key=lambda one: one.reviewer == who)
        address = _as_seen(app_url(server.port, dataset_name(audit.name), view))
        st.link_button("Open in FiftyOne", address, icon=":material/open_in_new:")
        return address
    if not who:
        with st.popover("Start FiftyOne", icon=":material/rocket_launch:"):
            ask_name("fiftyone.name")
    elif st.button("Start FiftyOne", icon=":material/rocket_launch:", key="fiftyone.start"):
        from curation.in_fiftyone.sessions import open_session

        with st.spinner("Starting FiftyOne, which takes some ten seconds …"):
            open_session(workspace(), audit.name, view, reviewer=who)
        st.rerun()
    return ""


def _as_seen(address: str) -> str:
    """Name the machine as this page does: framed under another name of it, the App stays blank."""
    seen = urlsplit(st.context.url or "").hostname
    return address.replace("127.0.0.1", "localhost", 1) if seen == "localhost" else address
