"""The way into FiftyOne: a link to the reviewer's App, or the button that starts it."""

from urllib.parse import urlsplit

import streamlit as st

from app.jobs.process import watch
from app.panels.reviewer_name import ask_name, current_reviewer
from app.pressed import pressed
from app.state import workspace
from curation.database.names import dataset_name, view_in_links
from curation.decisions.reviewer import kept_reviewer
from curation.in_fiftyone.app_server import app_url, running_apps
from curation.in_fiftyone.part import short_sentence
from curation.results.audit import Audit
from curation.serving.proxy import APP_ADDRESS, fiftyone_address, proxy_address


def fiftyone_link(audit: Audit, view: str) -> str:
    """Show the link to a saved view and return its address; empty where the reviewer's App does not run.

    Where it does not run, a button starts it; FiftyOne is imported only then.

    Args:
        audit: whose dataset has the view.
        view: its name, of `curation.database.names`.
    """
    name, slug = current_reviewer(), view_in_links(view)
    # An App that was started without a name writes decisions as the last reviewer in this workspace.
    names = (name, "") if name == kept_reviewer(workspace()) else (name,)
    running = running_apps(workspace())
    servers = [server for server in running if server.reviewer in names]
    if servers and (audit.folder / "fiftyone.json").exists():
        server = max(servers, key=lambda candidate: candidate.reviewer == name)
        theme = st.context.theme.type or ""
        address = app_url(server.port, dataset_name(audit.name), slug, theme)
        address = _with_host_of_page(address, behind_proxy=server.port == running[0].port)
        part = short_sentence(audit)
        st.link_button("Open in FiftyOne", address, icon=":material/open_in_new:", help=part or None)
        if part:
            st.caption(part)
        return address
    if not (audit.folder / "fiftyone.json").exists() and watch(audit.folder).active:
        st.button(
            "Start FiftyOne", icon=":material/rocket_launch:", key="fiftyone.later", disabled=True,
            help="FiftyOne has the data set when its audit is finished.",
        )  # fmt: skip
    elif not name:
        with st.popover("Start FiftyOne", icon=":material/rocket_launch:"):
            ask_name("fiftyone.name")
    elif pressed("Start FiftyOne", "fiftyone.start", icon=":material/rocket_launch:"):
        from curation.in_fiftyone.sessions import open_session

        with st.spinner("Starting FiftyOne, which takes some ten seconds …"):
            open_session(workspace(), audit.name, slug, reviewer=name)
        st.rerun()
    return ""


def _with_host_of_page(address: str, behind_proxy: bool) -> str:
    """Name this machine as the address of the page does: the App stays blank in a frame of another host name.

    Args:
        address: of a view, on 127.0.0.1.
        behind_proxy: whether a proxy may lead to this App, as it does to that with the lowest port: the others are of
            other reviewers, whose verdicts would be mixed up.
    """
    page = urlsplit(st.context.url or "")
    proxied = fiftyone_address(address) if behind_proxy else address
    if proxied != address and page.netloc == urlsplit(proxy_address(APP_ADDRESS)).netloc:
        return proxied
    return address.replace("127.0.0.1", "localhost", 1) if page.hostname == "localhost" else address
