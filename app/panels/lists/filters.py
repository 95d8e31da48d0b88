"""The filters of a list: by kind, verdict, file name and label quality. They are in the address, for all screens."""

import numpy as np
import streamlit as st

from app.html_parts.markdown import plain, sentence
from app.state import forget_image
from curation.results.audit import Audit
from curation.review.filters import BY_VERDICT, KINDS, LONGEST, WHOLE, Filters, format_filters, parse_filters, passing
from curation.review.judged import Judged
from models.arrays import BoolArray

ANY = "any"
_KIND, _VERDICT, _FILE, _QUALITY = "filter.kind", "filter.verdict", "filter.file", "filter.quality"


def filter_choice() -> Filters:
    """Show the button that opens the filters, named after what is filtered, and return the filters in the address."""
    filters, problems = parse_filters(st.query_params)
    _show(filters)
    with st.popover(plain(filters.words) or "Filter", icon=":material/filter_alt:", width="content"):
        st.selectbox("Verdict", [ANY, *BY_VERDICT], key=_VERDICT, on_change=_write)
        st.selectbox("Kind of trouble", [ANY, *KINDS], key=_KIND, on_change=_write)
        st.text_input("Part of the file name", key=_FILE, max_chars=LONGEST, on_change=_write)
        st.slider("Label quality", *WHOLE, step=0.01, key=_QUALITY, on_change=_write)
        st.button("No filter", key="filter.clear", disabled=filters == Filters(), on_click=_put, args=(Filters(),))
    for problem in problems:
        st.warning(sentence(problem))
    return filters


def shown_rows(filters: Filters, audit: Audit, judged: Judged) -> BoolArray:
    """Return which of the N images of an audit the filters let pass, shape (N,)."""
    return passing(filters, audit, judged) if filters != Filters() else np.ones(len(audit.rows), bool)


def _show(filters: Filters) -> None:
    """Let the fields show what is in the address, which a link or the browser's back button may have changed."""
    st.session_state[_KIND], st.session_state[_VERDICT] = filters.kind or ANY, filters.verdict or ANY
    st.session_state[_FILE], st.session_state[_QUALITY] = filters.file, filters.quality


def _write() -> None:
    """Put what was chosen into the address."""
    kind, verdict = (str(st.session_state[key]) for key in (_KIND, _VERDICT))
    low, high = st.session_state[_QUALITY]
    chosen = Filters(
        "" if kind == ANY else kind, "" if verdict == ANY else verdict, str(st.session_state[_FILE]).strip(),
        (round(low, 2), round(high, 2)),
    )  # fmt: skip
    _put(chosen)


def _put(filters: Filters) -> None:
    for name, value in format_filters(filters).items():
        if value:
            st.query_params[name] = value
        else:
            st.query_params.pop(name, None)
    forget_image()  # the first of the images that pass is shown
