"""The Streamlit app: `streamlit run app/main.py`, or `errata serve`."""

import logging
from pathlib import Path

import streamlit as st

from models.errors import ErrataError


def main() -> None:
    """Show the chosen screen; an error a person can mend is one sentence."""
    st.set_page_config("Errata", ":material/ink_eraser:", layout="wide", initial_sidebar_state="collapsed")
    st.html(Path(__file__).parent / "style.css")
    page = st.navigation([st.Page("screens/audit.py", title="Audit", default=True)], position="hidden")
    try:
        page.run()
    except ErrataError as error:
        logging.getLogger("errata").info("", exc_info=True)
        st.error(str(error))


main()
