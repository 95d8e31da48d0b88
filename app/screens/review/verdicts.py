"""Verdicts: from a key to the decision log, and back."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from app.screens.review.sitting import Look, Sitting, leave, look_anew, looked_at, pass_over, reveal, say, standing
from curation.decisions.actions import proposal
from curation.decisions.decision import Decision
from curation.decisions.verdicts import RELABEL
from curation.images.unchanged import is_unchanged
from models.errors import ErrataError

SHORTEST_LOOK_S = 0.15  # a key pressed sooner was meant for the image before: nobody sees a picture that fast
LINK = "link"  # the queue of images that were chosen by their address
_LAST = "review.last"


def judge(look: Look, decision: str, new_labels: Sequence[str] = ()) -> None:
    """Write a verdict to the log, if it is on the image that is shown and not judged meanwhile elsewhere."""
    image_id, looked_s = looked_at()
    if image_id != look.image_id or looked_s < SHORTEST_LOOK_S:
        return  # a key that was pressed twice
    try:
        written = _written(look, decision, new_labels, looked_s)
    except ErrataError as error:
        if _unchanged(look):
            say(f"Not written: {error}.")  # of the log: the same key again, once that is mended
        else:
            pass_over(image_id, f"{error}.")
        return
    leave(image_id)
    look_anew()  # the same key again, before another image is shown, is no verdict
    if written:
        _remember(written, _models_say(look) if look.sitting.blind else "")
        reveal(image_id)


def _written(look: Look, decision: str, new_labels: Sequence[str], looked_s: float) -> list[Decision]:
    """Return the verdict as it is in the log; none where the reviewer gave another one in another tab meanwhile."""
    sitting, bench = look.sitting, look.sitting.bench
    with bench.lock, bench.ledger.reading() as state:
        own = standing(state, sitting, look.image_id)
        if own is not None and own.id != look.before:
            say(f"{look.image_id} was judged meanwhile in another tab ({phrase(own)}); that verdict stands.")
            return []
        return bench.ledger.decide(
            Decision(
                sitting.reviewer,
                look.image_id,
                decision,
                tuple(new_labels),
                looked_s=round(looked_s, 3),
                queue=sitting.name if look.place is not None else LINK,
                rank=None if look.place is None else look.place + 1,
                blind=look.blind,
                drawn=look.drawn,
                adjudicates=sitting.settles,
                inclusion=bench.inclusion_of(sitting.split, look.row) if look.drawn else None,
                **_proposal(look, decision, new_labels),
            )
        )


def judge_many(sitting: Sitting, rows: Sequence[int], label: str, looked_s: float) -> None:
    """Relabel several images in one go, all of them or, where one is gone or changed, none; none is judged twice."""
    if looked_s < SHORTEST_LOOK_S:
        return  # a key that was pressed twice
    bench = sitting.bench
    try:
        with bench.lock:
            judged = bench.tally().judged_by(sitting.reviewer)
            looks = [Look(sitting, row, None, False) for row in rows if not judged[row]]
            written = bench.ledger.decide(*(_relabelled(look, label, looked_s / len(looks)) for look in looks))
    except ErrataError as error:
        say(f"{error}.")
        return
    if written:
        _remember(written)


def _relabelled(look: Look, label: str, looked_s: float) -> Decision:
    return Decision(
        look.sitting.reviewer,
        look.image_id,
        "relabel",
        (label,),
        looked_s=round(looked_s, 3),
        queue=f"{look.sitting.name} (grid)",
        **_proposal(look, "relabel", (label,)),
    )


def reverse(sitting: Sitting, kind: str) -> None:
    """Take back the reviewer's latest verdict, or bring it back."""
    ledger = sitting.bench.ledger
    try:
        step = ledger.undo(sitting.reviewer) if kind == "undo" else ledger.redo(sitting.reviewer)
    except ErrataError as error:
        say(f"{error}.")
        return
    done = "Took back" if kind == "undo" else "Brought back"
    if step:
        st.session_state[_LAST] = f"{done}: {summary(step)}"
        look_anew()
        if len(step) == 1 and step[0].queue == LINK:  # in no queue: only the address leads back to it
            st.query_params["image"] = step[0].image_id


def last() -> str:
    """Return what was decided last."""
    return str(st.session_state.get(_LAST, ""))


def summary(decisions: Sequence[Decision]) -> str:
    """Return verdicts in a few words."""
    first = f"{decisions[0].image_id}: {phrase(decisions[0])}"
    return first if len(decisions) == 1 else f"{len(decisions)} images: {phrase(decisions[0])}"


def phrase(decision: Decision) -> str:
    """Return a verdict in words."""
    named = " / ".join(decision.new_labels)
    return f"{decision.decision} {named}".strip() if named else f"{decision.decision} ({decision.label})"


def _remember(written: Sequence[Decision], revealed: str = "") -> None:
    """Keep what was decided last, to show it beside the key that takes it back."""
    st.session_state[_LAST] = f"{summary(written)}{revealed}"


def _unchanged(look: Look) -> bool:
    """Return whether the image is still there, with the content that was audited."""
    checked = look.sitting.bench.audit.checked
    return is_unchanged(checked.rows.root / look.image_id, str(checked.sha256s[look.row]))


def _proposal(look: Look, decision: str, new_labels: Sequence[str]) -> dict[str, Any]:
    """Return which architectures said so before the reviewer did, and the run of the first; none where it was blind."""
    if look.blind or decision != RELABEL:
        return {}
    return proposal(look.sitting.bench.audit, look.row, new_labels[0])


def _models_say(look: Look) -> str:
    consensus, classes = look.sitting.bench.audit.consensus, look.sitting.bench.ledger.classes
    return f"; the models say {classes[consensus.suggested[look.row]]} ({consensus.confidence[look.row]:.0%})"
