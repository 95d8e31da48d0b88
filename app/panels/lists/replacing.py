"""A verdict that would replace another one: the first key only says so, the same key again replaces it."""

import time

import streamlit as st

from curation.decisions.decision import Decision
from curation.decisions.phrases import replaced_phrase
from curation.words import sentence

_ASKED = "replacing"  # the verdict that stands, the one that would replace it, and when that was said


def asks_first(stands: Decision | None, wanted: Decision, least_s: float) -> str:
    """Return what to say before a verdict is replaced; empty where it may be written.

    Args:
        stands: the verdict that would be replaced, None where there is none.
        wanted: the verdict that was pressed, with the given label.
        least_s: seconds after the sentence from which on a second press was meant.
    """
    if stands is None or wanted.says_the_same_as(stands):
        return ""
    asked = [stands.id, wanted.decision, *wanted.new_labels]
    *before, said_s = st.session_state.get(_ASKED, [0.0])
    if before == asked and time.time() - said_s >= least_s:
        st.session_state.pop(_ASKED)
        return ""
    if before != asked:
        st.session_state[_ASKED] = [*asked, time.time()]
    return sentence(replaced_phrase([(stands, wanted)]))
