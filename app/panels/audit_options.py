"""What an audit is asked to do, chosen before it starts; the last audit's choices are the first ones."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from app.jobs.variants import about_variant, variants
from app.state import workspace
from curation.audit.config import DEFAULT_ARCHITECTURES, AuditConfig
from curation.training.combine import COMBINATIONS
from curation.workspace.names import ORIGINAL, versions
from models.errors import ErrataError
from models.files.atomic import read_json

_OPTIONS = {  # of `errata audit` -> in config.json
    "--architectures": "architectures",
    "--folds": "folds",
    "--seed": "seed",
    "--cams": "cams_per_split",
    "--engine": "engine",
    "--version": "version",
    "--predictions": "predictions",
}
_ABOUT = {
    "ensemble": "ensemble · one linear layer on the others' out-of-fold logits",
    "average": "average · of the others' probabilities",
}


def audit_options(folder: Path) -> list[str]:
    """Show the choices in a popover; return the options of `errata audit`.

    Where the data set was never audited, only what differs from the defaults is an option.

    Args:
        folder: the run folder of the audit.
    """
    path = folder / "config.json"
    last = read_json(path) if path.exists() else {}
    first = {**_defaults(), **{key: last[key] for key in _OPTIONS.values() if key in last}}
    chosen = dict(first)
    if not first["predictions"]:
        with st.popover("Options", icon=":material/tune:"):
            chosen |= _choices(folder.name.removeprefix("audit-"), first)
    given = chosen if last else {key: value for key, value in chosen.items() if value != first[key]}
    return command_options(given)


def command_options(given: Mapping[str, Any]) -> list[str]:
    """Return the settings of an audit as options, in the order in which the command lists them."""
    pairs = [(option, given[key]) for option, key in _OPTIONS.items() if given.get(key, "") != ""]
    return [
        text for option, value in pairs for text in (option, ",".join(value) if isinstance(value, list) else f"{value}")
    ]


def _defaults() -> dict[str, Any]:
    own = AuditConfig()
    return {key: list(value) if isinstance(value := getattr(own, key), tuple) else value for key in _OPTIONS.values()}


def _choices(name: str, first: Mapping[str, Any]) -> dict[str, Any]:
    known = [*variants(), *COMBINATIONS]
    architectures = st.multiselect(
        "Architectures that vote", [*known, *(one for one in first["architectures"] if one not in known)],
        default=first["architectures"], key="audit.architectures", accept_new_options=True,
        format_func=_about,
        help="Each is trained once for every fold. Different ones see different mistakes.",
    )  # fmt: skip
    with st.container(horizontal=True):
        folds = st.number_input("Folds", 2, 20, int(first["folds"]), key="audit.folds")
        cams = st.number_input("Grad-CAM maps a split", 0, 100_000, int(first["cams_per_split"]), key="audit.cams")
        seed = st.number_input("Seed", 0, 2**31 - 1, int(first["seed"]), key="audit.seed")
    version = first["version"]
    if first["version"] == ORIGINAL and len(every := _versions(name)) > 1:
        version = st.segmented_control(
            "Labels", every, default=ORIGINAL, key="audit.version", required=True,
            help="The audit of a version is kept beside that of the labels as given, as a data set of its own.",
        )  # fmt: skip
    return {
        "architectures": list(architectures) or list(DEFAULT_ARCHITECTURES),
        "folds": int(folds),
        "cams_per_split": int(cams),
        "seed": int(seed),
        "version": version,
    }


def _versions(name: str) -> tuple[str, ...]:
    try:
        return versions(workspace(), name)
    except ErrataError:
        return (ORIGINAL,)


def _about(name: str) -> str:
    return _ABOUT.get(name) or about_variant(name)
