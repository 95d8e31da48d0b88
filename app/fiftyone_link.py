"""The way into FiftyOne: a link where the reviewer's App runs, else the button that starts it."""

import streamlit as st

from app.review_name import ask_name, reviewer
from app.state import workspace
from curation.app_server import app_url, running_apps
from curation.results import Audit
from curation.reviewer_name import kept_reviewer


def fiftyone_link(audit: Audit, view: str) -> None:
    """Show the link to a saved view; the App is started when it is asked for, and only then is FiftyOne imported."""
    who = reviewer()
    # An App that was started for nobody writes the name of who reviewed here last.
    names = (who, "") if who == kept_reviewer(workspace()) else (who,)
    own = [server for server in running_apps(workspace()) if server.reviewer in names]
    if own and (audit.folder / "fiftyone.json").exists():
        server = max(own, key=lambda one: one.reviewer == who)
        st.link_button(
            "Open in FiftyOne", app_url(server.port, f"errata-{audit.name}", view), icon=":material/open_in_new:"
        )
    elif not who:
        with st.popover("Start FiftyOne", icon=":material/rocket_launch:"):
            ask_name("fiftyone.name")
    elif st.button("Start FiftyOne", icon=":material/rocket_launch:", key="fiftyone.start"):
        from curation.sessions import open_session

        with st.spinner("Starting FiftyOne, which takes some ten seconds …"):
            open_session(workspace(), audit.name, view, reviewer=who)
        st.rerun()
