"""The keys of the review: one for each verdict, digits for classes, back and on, undo and redo."""

from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st
from markupsafe import Markup

from app.html_parts.markdown import plain
from app.screens.review.many.alike import alike_key
from app.screens.review.sitting import ShownImage, Sitting, can_go_back, go_back, go_on
from app.screens.review.verdicts import last_verdict, undo_or_redo, write_verdict
from app.screens.review.visit import clear_screen, skip
from curation.decisions.verdicts import (
    DIGITS,
    KEEP,
    MOVES,
    NONE_OF_THESE,
    PICK_KEY,
    RELABEL,
    REVERSALS,
    VERDICTS,
    Verdict,
)

_PICKED = "review.picked"  # image_id, then the classes picked for a verdict that names several
_HINT = Markup('<p class="er-hint">{}</p>')


def verdict_keys(shown: ShownImage) -> None:
    """Show a key for each verdict on an image; what is likelier than the given label stands out."""
    classes = shown.sitting.bench.ledger.classes
    given, other = classes[shown.label], classes[shown.other]
    with st.container(horizontal=True, gap="small", key="review-main"):
        with st.container(key="review-keep", width="content"):
            _verdict_key(shown, VERDICTS[KEEP], of=given)
        if _no_class(shown):
            with st.container(key="review-none", width="content"):
                _verdict_key(shown, VERDICTS[NONE_OF_THESE])
        elif not shown.sitting.blind:
            with st.container(key="review-accept", width="content"):
                _verdict_key(shown, VERDICTS[RELABEL], (other,), of=other)
    with st.container(horizontal=True, gap="small", key="review-rest"):
        for verdict in VERDICTS.values():
            if verdict.classes_named == "several":
                _key(shown, verdict.button, verdict.key, _judge_several, (shown, verdict.name))
            elif verdict.name not in (KEEP, RELABEL) and not (verdict.name == NONE_OF_THESE and _no_class(shown)):
                _verdict_key(shown, verdict)
        if _picked(shown) is None:
            _key(shown, "Pick", PICK_KEY, _start_picking, (shown,), quiet=True)
        else:
            _key(shown, "Back", "Escape", _stop_picking, (), quiet=True)
    _class_keys(shown)


def _class_keys(shown: ShownImage) -> None:
    """Show a digit for each of the first classes: it relabels the image, or picks a class for a verdict of several."""
    classes, picked = shown.sitting.bench.ledger.classes, _picked(shown)
    with st.container(horizontal=True, gap="small", key="review-classes"):
        for digit, name in digits(classes):
            _key(shown, plain(name), str(digit), _choose, (shown, name), primary=picked is not None and name in picked)
        if len(classes) > DIGITS:
            key = f"review.class-{shown.image_id}"
            st.selectbox(
                "Any class", _likely_first(shown), index=None, placeholder="/ any class", key=key,
                label_visibility="collapsed", on_change=_choose_in_list, args=(shown, key), width=170,
            )  # fmt: skip
    if picked is not None:
        names = ", ".join(picked) or "nothing yet"
        keys = ", ".join(
            f"{verdict.key} says {verdict.name}" for verdict in VERDICTS.values() if verdict.classes_named == "several"
        )
        st.html(_HINT.format(f"Picked: {names}. Digits pick; {keys}; Escape stops."))


def digits(classes: Sequence[str]) -> list[tuple[int, str]]:
    """Return the classes that have a digit: the first of the data set, in its order, whatever is suggested."""
    return list(enumerate(classes[:DIGITS], 1))


def _likely_first(shown: ShownImage) -> list[str]:
    """Return all classes, the most probable first; in a blind sitting in their own order."""
    classes = shown.sitting.bench.ledger.classes
    if shown.sitting.blind:
        return list(classes)
    return [classes[label] for label in np.argsort(-shown.suggestion.probs, kind="stable").tolist()]


def moving_keys(shown: ShownImage) -> None:
    """Show the keys that lead to the image before, and on without a verdict."""
    (back, _, to_before), (onward, _, without) = MOVES["back"], MOVES["skip"]
    _key(shown, to_before, back, go_back, (shown.sitting,), quiet=True, disabled=not can_go_back(shown.sitting))
    _key(shown, without, onward, _skip, (shown,), quiet=True)


def _skip(shown: ShownImage) -> None:
    """Go on to the image after; where there is none yet, leave this one out until the others are judged."""
    _stop_picking()
    clear_screen()
    if not go_on():
        skip(shown.image_id)


def _no_class(shown: ShownImage) -> bool:
    """Return whether the reviewer is told that the image probably shows none of the classes."""
    return shown.suggestion.no_class and not shown.sitting.blind


def undo_keys(sitting: Sitting, shown: ShownImage | None = None) -> None:
    """Show the keys that take the last verdict back and bring it back, and what it was.

    Args:
        sitting: of the reviewer.
        shown: the image under review, where there is one: the keys that move stand before.
    """
    with sitting.bench.ledger.reading() as state:
        steps = {"undo": state.undoable(sitting.reviewer), "redo": state.redoable(sitting.reviewer)}
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="review-undo"):
        if shown is not None:
            moving_keys(shown)
        for kind, (shortcut, button, _) in REVERSALS.items():
            newest = steps[kind][0].id if steps[kind] else ""
            st.button(
                button,
                icon=f":material/{kind}:",
                shortcut=shortcut,
                type="tertiary",
                key=f"review.{kind}-{newest}",  # each step has its own button: a key pressed twice takes back one
                disabled=not newest,
                on_click=undo_or_redo,
                args=(sitting, kind),
            )
        alike_key(sitting, steps["undo"])
        if last_verdict():
            st.html(Markup('<span class="er-hint er-said">{}</span>').format(last_verdict()), width="stretch")


def _verdict_key(shown: ShownImage, verdict: Verdict, labels: Sequence[str] = (), of: str = "") -> None:
    name = f"{verdict.button} **{plain(of)}**" if of else verdict.button
    _key(shown, name, verdict.key, _judge, (shown, verdict.name, tuple(labels)))


def _key(
    shown: ShownImage,
    name: str,
    shortcut: str,
    act: Callable[..., None],
    args: tuple[object, ...],
    primary: bool = False,
    quiet: bool = False,
    disabled: bool = False,
) -> None:
    st.button(
        name,
        shortcut=shortcut,
        type="primary" if primary else "tertiary" if quiet else "secondary",
        key=f"review.{shortcut}-{shown.image_id}",  # of this image alone: a key pressed late never reaches the next
        disabled=disabled,
        on_click=act,
        args=args,
    )


def _judge(shown: ShownImage, decision: str, labels: tuple[str, ...]) -> None:
    _stop_picking()
    write_verdict(shown, decision, labels)


def _judge_several(shown: ShownImage, decision: str) -> None:
    """Judge that an image shows one or all of the picked classes; without a pick, the given and the suggested one."""
    classes, picked = shown.sitting.bench.ledger.classes, _picked(shown)
    if picked is None and not shown.sitting.blind:
        picked = [classes[shown.label], classes[shown.other]]
    if picked is None or len(picked) < 2:
        _start_picking(shown)
    else:
        _judge(shown, decision, tuple(picked))


def _choose(shown: ShownImage, name: str) -> None:
    """Relabel an image, or pick the class for a verdict that names several."""
    picked = _picked(shown)
    if picked is not None:
        without = [other for other in picked if other != name]
        st.session_state[_PICKED] = [shown.image_id, *(without if name in picked else [*picked, name])]
    elif name == shown.sitting.bench.ledger.classes[shown.label]:
        _judge(shown, KEEP, ())
    else:
        _judge(shown, RELABEL, (name,))


def _choose_in_list(shown: ShownImage, key: str) -> None:
    if name := st.session_state[key]:
        _choose(shown, name)


def _start_picking(shown: ShownImage) -> None:
    if _picked(shown) is None:
        st.session_state[_PICKED] = [shown.image_id, shown.sitting.bench.ledger.classes[shown.label]]


def _stop_picking() -> None:
    st.session_state.pop(_PICKED, None)


def _picked(shown: ShownImage) -> list[str] | None:
    """Return the classes picked for this image; None while no classes are being picked for it."""
    image_id, *picked = st.session_state.get(_PICKED, [""])
    return picked if image_id == shown.image_id else None
