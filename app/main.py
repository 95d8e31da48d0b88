"""The Streamlit app: `streamlit run app/main.py`, or `errata serve`."""

import logging
from pathlib import Path

import streamlit as st

from app.html_parts.markdown import sentence
from app.panels.unknown_dataset import unknown_dataset
from app.state import UnknownDatasetError
from models.errors import ErrataError

SCREENS = {  # name in the address and of the folder in screens/ -> title
    "dataset": "Data set",
    "audit": "Audit",
    "errors": "Errors",
    "map": "Map",
    "review": "Review",
    "splits": "Splits",
    "train": "Train",
    "compare": "Compare",
    "predict": "Predict",
    "report": "Report",
}
DEFAULT = "audit"


def main() -> None:
    """Show the chosen screen; an error that a person can fix is shown as one sentence."""
    here = Path(__file__).parent
    # The icon is a file of ours: the browser would fetch a named icon from another server.
    st.set_page_config("Errata", here / "icon.svg", layout="wide", initial_sidebar_state="collapsed")
    st.html(here / "style.css")
    screen = _chosen()
    page = st.navigation(
        [st.Page(f"screens/{screen}/screen.py", title=SCREENS[screen], default=True)], position="hidden"
    )
    _links(screen)
    try:
        page.run()
    except UnknownDatasetError as error:
        unknown_dataset(error)
    except ErrataError as error:
        logging.getLogger("errata").info("", exc_info=True)
        st.error(sentence(error))


def _chosen() -> str:
    """Return the screen in the address, `DEFAULT` if no screen has that name."""
    screen = st.query_params.get("screen", "")
    return screen if screen in SCREENS else DEFAULT


def _links(chosen: str) -> None:
    st.html(_LINKS)
    with st.container(horizontal=True, gap="small", key="screens"):
        for name, title in SCREENS.items():
            with st.container(key=f"screens-{'here' if name == chosen else 'there'}-{name}", width="content"):
                st.button(title, key=f"screens.{name}", type="tertiary", on_click=_open, args=(name,))


def _open(name: str) -> None:
    st.query_params["screen"] = name


# In the empty line above each screen; the chosen one is underlined.
_LINKS = """<style>
.st-key-screens { position: absolute; z-index: 1; top: 0.6rem; left: max(2rem, 50% - 750px + 2rem);
  width: auto !important; }
.st-key-screens button { min-height: 0; padding: 0.15rem 0; margin-right: 0.5rem; border: 0; border-radius: 0; }
[class*="st-key-screens-here-"] button { box-shadow: 0 2px var(--er-given); font-weight: 650; }
</style>"""

main()
