"""The images most like the one just judged: one key gives them the same verdict, but for those taken out."""

import time
from collections.abc import Sequence

import numpy as np
import streamlit as st

from app.html_parts.markdown import sentence
from app.html_parts.pictures import picture
from app.screens.review.many.tiles import TILE_PX, alike_head, clicked, forget_clicks, shown_since, tiles
from app.screens.review.sitting import Sitting
from app.screens.review.verdicts import judge_many, last_verdict
from app.screens.review.visit import message, reveal, tell
from curation.decisions.decision import Decision
from curation.decisions.verdicts import VERDICTS
from curation.review.alike import LIKELY, alike_to
from curation.review.bench import ALL
from curation.review.looks import ALIKE

KEY = "L"
SHOWN, COLUMNS = 12, 6
_OPEN = "review.alike"  # id of the verdict, then row and probability of each image that is like the judged one


def alike_key(sitting: Sitting, step: Sequence[Decision]) -> None:
    """Show the key that opens the images most like the one judged last; none after many images, or in a blind sitting.

    Args:
        sitting: of the reviewer.
        step: what an undo would take back.
    """
    if is_open(sitting) or sitting.blind or sitting.settles:
        return
    if len(step) == 1 and step[0].is_answer and not step[0].adjudicates:
        st.button(
            "Like this", icon=":material/auto_awesome_motion:", shortcut=KEY, type="tertiary",
            key=f"review.like-{step[0].id}", on_click=_open, args=(sitting, step[0]),
        )  # fmt: skip


def is_open(sitting: Sitting) -> bool:
    """Return whether the images like the last judged one are on the screen."""
    return _opened(sitting) is not None


def alike(sitting: Sitting) -> None:
    """Show the images, and the key that gives them the verdict."""
    opened = _opened(sitting)
    if opened is None:
        return
    verdict, chances = opened
    if text := message():
        st.warning(sentence(text))
    rows = list(chances)
    out = clicked(sitting, rows) ^ {row for row, chance in chances.items() if chance < LIKELY}
    since = shown_since(rows)
    by_look = sitting.bench.learning.latest().traits.sight.shape[1] > 0
    judged = picture(sitting.bench.audit.rows.root / verdict.image_id, TILE_PX)
    st.html(alike_head(len(rows), judged, verdict.image_id, _said(verdict), by_look))
    tiles(sitting, rows, out, COLUMNS, [f"{chance:.0%}" for chance in chances.values()])
    reveal(*map(sitting.image_id, rows))
    accepted = [row for row in rows if row not in out]
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="review-grid"):
        st.button(
            f"{VERDICTS[verdict.decision].button} for {len(accepted)} of {len(rows)}",
            shortcut=VERDICTS[verdict.decision].key,
            type="primary",
            disabled=not accepted,
            key=f"review.same-{verdict.id}-{hash(tuple(accepted))}",  # a late key never reaches other images
            on_click=_take,
            args=(sitting, verdict, accepted, since),
        )
        st.button("Back", shortcut="Escape", type="tertiary", key="review.back", on_click=_close)


def _said(verdict: Decision) -> str:
    """Return a verdict in words: `kept`, `relabelled to sea`."""
    return f"{VERDICTS[verdict.decision].past} {' / '.join(verdict.new_labels)}".strip()


def _open(sitting: Sitting, verdict: Decision) -> None:
    bench = sitting.bench
    among = ~sitting.left_out() & ((bench.audit.rows.splits == sitting.split) | np.bool_(sitting.split == ALL))
    images = alike_to(bench, bench.row_of[verdict.image_id], SHOWN, sitting.reviewer, among)
    existing = [image for image in images if (bench.audit.rows.root / sitting.image_id(image.row)).exists()]
    if not existing:
        tell(f"No image like {verdict.image_id} is left to judge.")
        return
    forget_clicks()
    st.session_state[_OPEN] = [verdict.id, *([image.row, image.probability] for image in existing)]


def _opened(sitting: Sitting) -> tuple[Decision, dict[int, float]] | None:
    """Return the verdict and the images that are still to be judged; None once it was taken back, or none is left."""
    verdict_id, *chances = st.session_state.get(_OPEN, [""])
    if not verdict_id or sitting.blind or sitting.settles:
        return None
    with sitting.bench.ledger.reading() as state:
        verdict = state.decision(verdict_id)
        in_force = state.in_force(verdict_id)
    if verdict is None or not in_force or verdict.image_id not in sitting.bench.row_of:
        return None
    seen = sitting.bench.tally().seen
    left = {row: chance for row, chance in chances if not seen[row]}
    return (verdict, left) if left else None


def _close() -> None:
    st.session_state.pop(_OPEN, None)
    forget_clicks()


def _take(sitting: Sitting, verdict: Decision, rows: list[int], since: float) -> None:
    before = last_verdict()
    judge_many(sitting, rows, verdict.decision, verdict.new_labels, ALIKE, time.time() - since)
    if last_verdict() != before:
        _close()
