"""The options of an audit, chosen before it starts; those of the last audit are offered first."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from app.jobs.variants import about_variant, variants
from app.state import workspace
from curation.audit.choices import DEFAULT_MINUTES
from curation.audit.config import AUTO, DEFAULT_ARCHITECTURES, AuditConfig
from curation.training.combine import COMBINATIONS
from curation.workspace.names import ORIGINAL, version_names
from curation.workspace.run_files import read_config
from models.cluster.connect import is_installed
from models.errors import ErrataError

_OPTIONS = {  # of `errata audit` -> in config.json
    "--architectures": "architectures",
    "--minutes": "minutes",
    "--folds": "folds",
    "--seed": "seed",
    "--cams": "cams_per_split",
    "--engine": "engine",
    "--fiftyone-limit": "fiftyone_limit",
    "--version": "version",
    "--predictions": "predictions",
}
_OTHER_TEXTS = {
    AUTO: "auto · chosen by what the images show",
    "ensemble": "ensemble · one linear layer on the others' out-of-fold logits",
    "average": "average · of the others' probabilities",
}


def audit_options(folder: Path) -> list[str]:
    """Show the choices in a popover; return the options of `errata audit`.

    The first audit of a data set gets only the options that differ from the defaults.

    Args:
        folder: the run folder of the audit.
    """
    last = _last(folder)
    first = {**_defaults(), **last}
    chosen, cluster = dict(first), ""
    if not first["predictions"]:
        with st.popover("Options", icon=":material/tune:"):
            chosen |= _choices(folder.name.removeprefix("audit-"), first)
            cluster = _cluster_choice()
    given = chosen if last else {key: value for key, value in chosen.items() if value != first[key]}
    return [*command_options(given), *(["--cluster", cluster] if cluster else [])]


def last_options(folder: Path, architectures: Sequence[str]) -> list[str]:
    """Return the settings of the last audit in this run folder as options, with the architectures it had chosen."""
    return command_options({**_last(folder), "architectures": list(architectures), "minutes": None})


def command_options(settings: Mapping[str, Any]) -> list[str]:
    """Return the settings of an audit as options, in the order in which the command lists them."""
    pairs = [(option, settings.get(key)) for option, key in _OPTIONS.items()]
    return [text for option, value in pairs if value not in ("", None) for text in (option, _typed(value))]


def _typed(value: Any) -> str:
    """Return a setting as it is typed: `15` for 15.0."""
    if isinstance(value, list):
        return ",".join(value)
    return f"{value:g}" if isinstance(value, float) else f"{value}"


def _last(folder: Path) -> dict[str, Any]:
    config = read_config(folder)
    return {key: config[key] for key in _OPTIONS.values() if key in config}


def _defaults() -> dict[str, Any]:
    values = {key: getattr(AuditConfig(), key) for key in _OPTIONS.values()}
    return {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}


def _choices(name: str, first: Mapping[str, Any]) -> dict[str, Any]:
    known = [AUTO, *variants(), *COMBINATIONS]
    architectures = st.multiselect(
        "Architectures that vote", [*known, *(typed for typed in first["architectures"] if typed not in known)],
        default=first["architectures"], key="audit.architectures", accept_new_options=True,
        format_func=_in_words,
        help="Each is trained once for every fold. Different architectures notice different mistakes. "
        "`auto`, alone, chooses them and fine-tunes a network where frozen features are weak.",
    )  # fmt: skip
    minutes = _minutes_choice(first) if AUTO in architectures else None
    with st.container(horizontal=True):
        folds = st.number_input("Folds", 2, 20, int(first["folds"]), key="audit.folds")
        cams = st.number_input("Grad-CAM maps a split", 0, 100_000, int(first["cams_per_split"]), key="audit.cams")
        seed = st.number_input("Seed", 0, 2**31 - 1, int(first["seed"]), key="audit.seed")
    limit = st.number_input(
        "Images in FiftyOne at most", 0, 2**31 - 1, int(first["fiftyone_limit"]), 10_000, key="audit.fiftyone_limit",
        help="Above it, FiftyOne gets the first of the review queue and a random sample; all are judged here. 0: all.",
    )  # fmt: skip
    return {
        "architectures": list(architectures) or list(DEFAULT_ARCHITECTURES),
        "minutes": minutes,
        "folds": int(folds),
        "cams_per_split": int(cams),
        "seed": int(seed),
        "fiftyone_limit": int(limit),
        "version": _version_choice(name, first["version"]),
    }


def _minutes_choice(first: Mapping[str, Any]) -> float:
    """Show the budget of an audit that chooses its architectures and return it."""
    value = float(first["minutes"] or DEFAULT_MINUTES)
    return float(
        st.number_input(
            "Minutes", 1.0, 100_000.0, max(1.0, value), 5.0, format="%g", key="audit.minutes",
            help="The whole audit stays within them; what would take longer is left out, and the audit says so.",
        )
    )  # fmt: skip


def _cluster_choice() -> str:
    """Show where a Ray cluster's address is typed, where Ray is installed; return it, "" for this machine alone."""
    if not is_installed():
        return ""
    typed = st.text_input(
        "Ray cluster", key="audit.cluster", placeholder="auto or HOST:PORT",
        help="Its machines check images, compute features, train the folds and draw maps. auto: the cluster that "
        "this machine belongs to. Empty: this machine alone.",
    )  # fmt: skip
    return str(typed).strip()


def _version_choice(name: str, first: str) -> str:
    """Show which labels can be audited and return the version; that of a version's own audit is fixed."""
    known = _versions(name)
    if first != ORIGINAL or len(known) == 1:
        return first
    return str(
        st.segmented_control(
            "Labels", known, default=ORIGINAL, key="audit.version", required=True,
            help="The audit of a version becomes a data set of its own, beside the audit of the labels as given.",
        )
    )  # fmt: skip


def _versions(name: str) -> tuple[str, ...]:
    try:
        return version_names(workspace(), name)
    except ErrataError:
        return (ORIGINAL,)


def _in_words(name: str) -> str:
    return _OTHER_TEXTS.get(name) or about_variant(name)
