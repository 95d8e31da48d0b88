"""Verdicts: from a key to the decision log, and back."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from app.panels.lists.replacing import asks_first
from app.screens.review.many.page import lay_anew
from app.screens.review.sitting import ShownImage, Sitting, go_on, show_again, verdict_in_force
from app.screens.review.visit import clear_screen, leave, on_screen, pass_over, reveal, step_back, tell
from curation.decisions.actions import proposal
from curation.decisions.decision import Decision
from curation.decisions.phrases import decisions_phrase, verdict_phrase
from curation.decisions.verdicts import RELABEL
from curation.images.unchanged import is_unchanged
from curation.review.looks import at_once
from models.errors import ErrataError

SHORTEST_LOOK_S = 0.15  # a key pressed sooner was meant for the image before: nobody recognises an image that fast
LINK = "link"  # in the log, the queue of images that were chosen by their address
_LAST = "review.last"


def write_verdict(shown: ShownImage, decision: str, new_labels: Sequence[str] = ()) -> None:
    """Write a verdict to the log, if it is on the image on the screen and the reviewer gave no other one meanwhile."""
    image_id, looked_s = on_screen()
    if image_id != shown.image_id or looked_s < SHORTEST_LOOK_S:
        return  # a key that was pressed twice
    try:
        if asked := asks_first(_standing(shown), _wanted(shown, decision, new_labels), SHORTEST_LOOK_S):
            tell(asked)
            return
        written = _written(shown, decision, new_labels, looked_s)
    except ErrataError as error:
        if _unchanged(shown):
            tell(f"Not written: {error}.")  # an error of the log: once it is repaired, the same key works
        else:
            pass_over(image_id, f"{error}.")
        return
    leave(image_id)
    go_on()
    clear_screen()  # the same key is ignored until another image is shown
    if written:
        _remember(written, _models_text(shown) if shown.sitting.blind else "")
        reveal(image_id)


def _standing(shown: ShownImage) -> Decision | None:
    """Return the verdict that stood when the image was shown, if it still does: the next one replaces it."""
    with shown.sitting.bench.ledger.reading() as state:
        return state.decision(shown.replaces) if state.in_force(shown.replaces) else None


def _wanted(shown: ShownImage, decision: str, new_labels: Sequence[str]) -> Decision:
    label = shown.sitting.bench.ledger.classes[shown.label]
    return Decision(shown.sitting.reviewer, shown.image_id, decision, tuple(new_labels), label)


def _written(shown: ShownImage, decision: str, new_labels: Sequence[str], looked_s: float) -> list[Decision]:
    """Return the verdict as the log has it; none where the reviewer judged the image in another tab meanwhile."""
    sitting, bench = shown.sitting, shown.sitting.bench
    with bench.lock, bench.ledger.reading() as state:
        verdict = verdict_in_force(state, sitting, shown.image_id)
        if verdict is not None and verdict.id != shown.replaces:
            stands = verdict_phrase(verdict)
            tell(f"{shown.image_id} was judged meanwhile in another tab ({stands}); that verdict stands.")
            return []
        return bench.ledger.decide(
            Decision(
                sitting.reviewer,
                shown.image_id,
                decision,
                tuple(new_labels),
                looked_s=round(looked_s, 3),
                queue=sitting.name(shown.answers) if shown.place is not None else LINK,
                rank=None if shown.place is None else shown.place + 1,
                blind=shown.blind,
                drawn=shown.drawn,
                adjudicates=sitting.settles,
                inclusion=bench.inclusion_of(sitting.split, shown.row) if shown.drawn else None,
                **_proposal(shown, decision, new_labels),
            )
        )


def judge_many(
    sitting: Sitting, rows: Sequence[int], decision: str, labels: Sequence[str], way: str, looked_s: float
) -> None:
    """Judge several images at once, or none where one is gone or changed; images judged meanwhile are left out.

    Args:
        sitting: of the reviewer.
        rows: of the images.
        decision: of VERDICTS.
        labels: classes that it names.
        way: of looking at many images, GRID or ALIKE.
        looked_s: seconds for all of them together.
    """
    if looked_s < SHORTEST_LOOK_S:
        return  # a key that was pressed twice
    bench = sitting.bench
    try:
        with bench.lock:
            judged = bench.tally().judged_by(sitting.reviewer)
            shown = [ShownImage(sitting, row, None, False) for row in rows if not judged[row]]
            each_s = round(looked_s / max(len(shown), 1), 3)
            written = bench.ledger.decide(*(_among_many(image, decision, labels, way, each_s) for image in shown))
    except ErrataError as error:
        tell(f"{error}.")
        return
    if written:
        _remember(written)


def _among_many(shown: ShownImage, decision: str, labels: Sequence[str], way: str, looked_s: float) -> Decision:
    return Decision(
        shown.sitting.reviewer,
        shown.image_id,
        decision,
        tuple(labels),
        looked_s=looked_s,
        queue=at_once(shown.sitting.name(), way),
        **_proposal(shown, decision, labels),
    )


def undo_or_redo(sitting: Sitting, kind: str) -> None:
    """Take back the reviewer's latest verdict, or bring it back.

    Args:
        sitting: of the reviewer.
        kind: `undo` or `redo`.
    """
    ledger = sitting.bench.ledger
    try:
        step = ledger.undo(sitting.reviewer) if kind == "undo" else ledger.redo(sitting.reviewer)
    except ErrataError as error:
        tell(f"{error}.")
        return
    done = "Took back" if kind == "undo" else "Brought back"
    if step:
        st.session_state[_LAST] = f"{done}: {decisions_phrase(step)}"
        clear_screen()
        step_back(0)
        lay_anew()
        show_again(sitting, step[0])
        if len(step) == 1 and step[0].queue == LINK:  # in no queue: only its address leads back to it
            st.query_params["image"] = step[0].image_id


def last_verdict() -> str:
    """Return the last verdict in words; empty before the first one."""
    return str(st.session_state.get(_LAST, ""))


def _remember(written: Sequence[Decision], revealed: str = "") -> None:
    """Keep the last verdict in words, to show it beside the key that takes it back."""
    st.session_state[_LAST] = f"{decisions_phrase(written)}{revealed}"


def _unchanged(shown: ShownImage) -> bool:
    """Return whether the file of the image still has the content that was audited."""
    checked = shown.sitting.bench.audit.checked
    return is_unchanged(checked.rows.root / shown.image_id, str(checked.sha256s[shown.row]))


def _proposal(shown: ShownImage, decision: str, new_labels: Sequence[str]) -> dict[str, Any]:
    """Return the architectures that proposed this class, and the run of the first; nothing for a blind verdict."""
    if shown.blind or decision != RELABEL:
        return {}
    return proposal(shown.sitting.bench.audit, shown.row, new_labels[0])


def _models_text(shown: ShownImage) -> str:
    consensus, classes = shown.sitting.bench.audit.consensus, shown.sitting.bench.ledger.classes
    return f"; the models say {classes[consensus.suggested[shown.row]]} ({consensus.confidence[shown.row]:.0%})"
