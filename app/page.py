"""The page that Streamlit draws anew at each click: the head, and the screen that the address names."""

import logging
from pathlib import Path

import streamlit as st

from app.frame.top import name_dataset, top
from app.html_parts.markdown import sentence
from app.panels.dataset.unknown import unknown_dataset
from app.panels.reviewer_name import remember_reviewer
from app.panels.tour import tour
from app.pressed import forget_presses
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
    screen = _chosen()
    page = st.navigation(
        [st.Page(f"screens/{screen}/screen.py", title=SCREENS[screen], default=True)], position="hidden"
    )
    top(SCREENS, screen)
    try:
        page.run()
        name_dataset()
    except UnknownDatasetError as error:
        unknown_dataset(error)
    except ErrataError as error:
        logging.getLogger("errata").info("", exc_info=True)
        st.error(sentence(error))
    remember_reviewer()
    tour(screen)
    forget_presses()


def _chosen() -> str:
    """Return the screen in the address, `DEFAULT` if no screen has that name."""
    screen = st.query_params.get("screen", "")
    return screen if screen in SCREENS else DEFAULT


main()
