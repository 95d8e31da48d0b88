"""The keys of the review: a verdict each, digits for classes, classes picked together, undo and redo."""

from collections.abc import Callable, Sequence
from html import escape

import numpy as np
import streamlit as st

from app.html_parts.markdown import plain
from app.screens.review.sitting import Look, Sitting
from app.screens.review.verdicts import judge, last, reverse
from curation.decisions.verdicts import KEEP, RELABEL, VERDICTS, Verdict

SUGGESTED = 5  # classes with a digit beside the given one, the most probable first
DIGITS = 9
_PICKED = "review.picked"  # image_id, then the classes picked for a verdict that names several


def verdict_keys(look: Look) -> None:
    """Show a key for each verdict on an image."""
    sitting, classes = look.sitting, look.sitting.bench.ledger.classes
    given, other = classes[look.label], classes[look.other]
    with st.container(horizontal=True, gap="small", key="review-main"):
        with st.container(key="review-keep", width="content"):
            _key(look, VERDICTS[KEEP], of=given)
        if look.suspicious and not sitting.blind:
            with st.container(key="review-accept", width="content"):
                _key(look, VERDICTS[RELABEL], (other,), of=other)
    with st.container(horizontal=True, gap="small", key="review-rest"):
        for verdict in VERDICTS.values():
            if verdict.names == "several":
                _button(look, verdict.button, verdict.key, _several, (look, verdict.name))
            elif verdict.name not in (KEEP, RELABEL):
                _key(look, verdict)
        if _picked(look) is None:
            _button(look, "Pick", "P", _pick, (look,), quiet=True)
        else:
            _button(look, "Back", "P", _stop, (), quiet=True)
    _class_keys(look)


def _class_keys(look: Look) -> None:
    """Show a digit for each likely class: it relabels, or picks where several are to be named."""
    classes, picked = look.sitting.bench.ledger.classes, _picked(look)
    with st.container(horizontal=True, gap="small", key="review-classes"):
        for digit, name in digits(look):
            chosen = picked is not None and name in picked
            _button(look, plain(name), str(digit), _choose, (look, name), primary=chosen)
        named = {name for _, name in digits(look)} | {classes[look.label]}
        if rest := [name for name in classes if name not in named]:
            key = f"review.class-{look.image_id}"
            st.selectbox(
                "Another class",
                rest,
                index=None,
                placeholder="Another class",
                key=key,
                label_visibility="collapsed",
                on_change=_choose_from,
                args=(look, key),
                width=150,
            )
    if picked is not None:
        named_so_far = escape(", ".join(picked)) or "nothing yet"
        keys = ", ".join(f"{one.key} says {one.name}" for one in VERDICTS.values() if one.names == "several")
        st.html(f'<p class="er-hint">Picked: {named_so_far}. Digits pick; {keys}.</p>')


def digits(look: Look) -> list[tuple[int, str]]:
    """Return the classes that have a digit: likely ones first, in the classes' own order where the look is blind."""
    classes = look.sitting.bench.ledger.classes
    if look.sitting.blind:
        return list(enumerate(classes[:DIGITS], 1))
    probs = np.mean([one.predictions.probs[look.row] for one in look.sitting.bench.audit.voters], axis=0)
    likely = [place for place in np.argsort(-probs, kind="stable").tolist() if place not in (look.label, look.other)]
    found = [(1, classes[look.other]), *enumerate((classes[place] for place in likely[: SUGGESTED - 1]), 2)]
    return [(0, classes[look.label]), *found] if _picked(look) is not None else found


def undo_keys(sitting: Sitting) -> None:
    """Show the keys that take the last verdict back and bring it back, and what it was."""
    with sitting.bench.ledger.reading() as state:
        steps = {"undo": state.undoable(sitting.reviewer), "redo": state.redoable(sitting.reviewer)}
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="review-undo"):
        for kind, icon, shortcut in (("undo", "undo", "Z"), ("redo", "redo", "Y")):
            newest = steps[kind][0].id if steps[kind] else ""
            st.button(
                kind.title(),
                icon=f":material/{icon}:",
                shortcut=shortcut,
                type="tertiary",
                key=f"review.{kind}-{newest}",  # another step, another button: a key pressed twice takes back one
                disabled=not newest,
                on_click=reverse,
                args=(sitting, kind),
            )
        if last():
            st.html(f'<span class="er-hint">{escape(last())}</span>', width="stretch")


def _key(look: Look, verdict: Verdict, labels: Sequence[str] = (), of: str = "") -> None:
    name = f"{verdict.button} **{plain(of)}**" if of else verdict.button
    _button(look, name, verdict.key, _verdict, (look, verdict.name, tuple(labels)))


def _button(
    look: Look,
    name: str,
    shortcut: str,
    act: Callable[..., None],
    args: tuple[object, ...],
    primary: bool = False,
    quiet: bool = False,
) -> None:
    st.button(
        name,
        shortcut=shortcut,
        type="primary" if primary else "tertiary" if quiet else "secondary",
        key=f"review.{shortcut}-{look.image_id}",  # of this image alone: a key pressed late never reaches the next
        on_click=act,
        args=args,
    )


def _verdict(look: Look, decision: str, labels: tuple[str, ...]) -> None:
    _stop()
    judge(look, decision, labels)


def _several(look: Look, decision: str) -> None:
    """Judge that an image shows one or all of the picked classes; of the given and suggested one by default."""
    classes, picked = look.sitting.bench.ledger.classes, _picked(look)
    if picked is None and look.suspicious and not look.sitting.blind:
        picked = [classes[look.label], classes[look.other]]
    if picked is None or len(picked) < 2:
        _pick(look)
    else:
        _verdict(look, decision, tuple(picked))


def _choose(look: Look, name: str) -> None:
    """Relabel an image, or pick the class where several are to be named."""
    picked = _picked(look)
    if picked is not None:
        own = [one for one in picked if one != name] if name in picked else [*picked, name]
        st.session_state[_PICKED] = [look.image_id, *own]
    elif name == look.sitting.bench.ledger.classes[look.label]:
        _verdict(look, KEEP, ())
    else:
        _verdict(look, RELABEL, (name,))


def _choose_from(look: Look, key: str) -> None:
    if name := st.session_state[key]:
        _choose(look, name)


def _pick(look: Look) -> None:
    if _picked(look) is None:
        st.session_state[_PICKED] = [look.image_id, look.sitting.bench.ledger.classes[look.label]]


def _stop() -> None:
    st.session_state.pop(_PICKED, None)


def _picked(look: Look) -> list[str] | None:
    """Return the classes picked for this image, None where none are being picked."""
    image_id, *picked = st.session_state.get(_PICKED, [""])
    return picked if image_id == look.image_id else None
