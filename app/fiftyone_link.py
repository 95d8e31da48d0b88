"""The way into FiftyOne: a link where its App runs, else the button that starts it."""

import streamlit as st

from app.state import workspace
from curation.app_server import app_url, running_apps
from curation.results import Audit

PORT = 5151


def fiftyone_link(audit: Audit, view: str) -> None:
    """Show the link to a saved view; the App is started when it is asked for, and only then is FiftyOne imported."""
    servers = running_apps(workspace())
    if servers and (audit.folder / "fiftyone.json").exists():
        url = app_url(servers[0].port, f"errata-{audit.name}", view)
        st.link_button("Open in FiftyOne", url, icon=":material/open_in_new:")
        return
    if st.button("Start FiftyOne", icon=":material/rocket_launch:", key="fiftyone.start"):
        from curation.sessions import open_session

        with st.spinner("Starting FiftyOne, which takes some ten seconds …"):
            open_session(workspace(), audit.name, view, servers[0].port if servers else PORT)
        st.rerun()
