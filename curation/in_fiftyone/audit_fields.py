"""The fields of an audit in FiftyOne."""

from pathlib import Path

import numpy as np

from curation.database import names
from curation.database.documents import Column, Labels
from curation.database.store import OPEN_GROUP
from curation.datasets.rows import Rows
from curation.images.problems import CHECKS
from curation.results.architectures import ArchitectureResult
from curation.results.audit import Audit
from curation.results.cam_files import cam_pair
from curation.results.reasons import against, reasons
from curation.scoring.kinds import NAMES
from curation.scoring.scores import Ranking
from models.arrays import FloatArray, IntArray

Chosen = IntArray | slice  # row numbers, or all rows without a copy of their values
ALL = slice(None)
MOST_LOGITS = 500  # classes; with 5,000, the logits of 20,000 images would take over a gigabyte
KINDS = {  # of trouble, in words
    "wrong": "another class fits",
    "ambiguous": "two classes fit",
    "out of scope": "no class fits",
    "hard but right": "the given class fits best, but by little",
}


def audit_columns(audit: Audit, rows: Chosen = ALL) -> list[Column]:
    """Return all fields of an audit, with the values of some images; a twin outside of them still counts as one.

    Args:
        audit: of N images.
        rows: which of them, shape (M,); all by default.
    """
    return [
        *_common_columns(audit, rows),
        *_trouble_columns(audit, rows),
        *problem_columns(audit, rows),
        *(
            column
            for architecture in audit.architectures
            for column in _architecture_columns(audit, architecture, rows)
        ),
    ]


def judgement_columns(audit: Audit, rows: Chosen = ALL) -> list[Column]:
    """Return the fields that another judgement of the same labels changes; Grad-CAM maps are of the suggestions."""
    slugs = [architecture.slug for architecture in audit.architectures]
    maps = [field(slug) for slug in slugs for field in (names.given_map_field, names.suggested_map_field)]
    changing = {names.SUGGESTED, names.LABEL_QUALITY, *maps, *(column.name for column in _trouble_columns(audit, rows))}
    return [column for column in audit_columns(audit, rows) if column.name in changing]


def _common_columns(audit: Audit, chosen: Chosen) -> list[Column]:
    """Return the fields that belong to no single architecture."""
    rows, ranking, twins = audit.rows, audit.consensus, audit.duplicates
    given = Labels(_names(rows.classes, rows.labels[chosen]))
    return [
        Column(names.SPLIT, OPEN_GROUP, rows.splits[chosen].tolist(), "train, val or test", index=True),
        Column(names.GIVEN, OPEN_GROUP, given, "the label as given; never edited", shown=True, index=True),
        Column(names.CURATED, OPEN_GROUP, given, "the working label; edited by people"),
        Column(
            names.SUGGESTED,
            OPEN_GROUP,
            _suggestions(rows, ranking, chosen),
            "what the architectures together would say instead; empty where they agree with the given label",
            shown=True,
        ),
        Column(
            names.LABEL_QUALITY,
            OPEN_GROUP,
            ranking.label_quality[chosen],
            "0..1, low = suspicious: probability of the given label, all architectures together"
            + ("; IN-SAMPLE, flatters the given label" if audit.in_sample else ""),
            shown=True,
            index=True,
        ),
        Column(
            names.DUPLICATE_GROUP,
            "duplicates",
            twins.groups[chosen].tolist(),
            "copies of one picture share a number",
            index=True,
        ),
        Column(
            names.HAS_DUPLICATE, "duplicates", twins.shared()[chosen].tolist(), "another image is a copy or near copy"
        ),
        Column(
            names.LEAK, "duplicates", twins.leaks(rows.splits)[chosen].tolist(), "outside train, with a twin in train"
        ),
        Column(
            names.LEAK_PAIR,
            "duplicates",
            twins.leak_pairs(rows.splits)[chosen].tolist(),
            "a leak, or the training image that it shows again",
        ),
        Column(
            names.CONFLICTING_LABELS,
            "duplicates",
            twins.conflicting(rows.labels)[chosen].tolist(),
            "a twin has another label",
        ),
        Column(
            names.IMAGE_ID,
            "source",
            rows.image_ids[chosen].tolist(),
            "path relative to the data set's root",
            index=True,
        ),
    ]


def _trouble_columns(audit: Audit, chosen: Chosen) -> list[Column]:
    """Return the fields that say what may be wrong with a label, and which voters say so."""
    group, findings = "trouble", audit.findings
    kinds = findings.kinds if chosen is ALL else findings.kinds.where(rows_of(audit, chosen))
    scores = [
        Column(names.score_field(name), group, getattr(kinds, name), f"0..1, high = {kind}")
        for name, (kind, _) in NAMES.items()
    ]
    return [
        Column(names.KIND, OPEN_GROUP, [kind or None for kind in kinds.names()], ", ".join(KINDS), index=True),
        Column(
            names.FLAGGED,
            group,
            findings.flagged[chosen].tolist(),
            "among the most suspicious, as many as the models estimate",
        ),
        Column(
            names.AGAINST,
            group,
            against(audit)[chosen].tolist(),
            f"of {len(findings.voters)} voters, those for another class",
        ),
        Column(names.WHY, group, reasons(audit, rows_of(audit, chosen).tolist()), "who says what"),
        *scores,
    ]


def problem_columns(audit: Audit, chosen: Chosen = ALL) -> list[Column]:
    """Return the fields of the image problems: their names, and a score for each check."""
    if audit.problems is None:
        return []
    group, problems = "image problems", audit.problems
    problem_names = [problems.names(row) or None for row in rows_of(audit, chosen).tolist()]
    scores = [
        Column(
            names.score_field(check), group, problems.scores[chosen, column], f"0..1, low = {check.replace('_', ' ')}"
        )
        for column, check in enumerate(CHECKS)
    ]
    return [
        Column(names.IMAGE_PROBLEMS, group, problem_names, "what is wrong with the picture; empty where nothing is"),
        *scores,
    ]


def _architecture_columns(audit: Audit, architecture: ArchitectureResult, chosen: Chosen) -> list[Column]:
    """Return the fields of one architecture."""
    slug, name, predictions = architecture.slug, architecture.name, architecture.predictions
    group = name if predictions.fold is not None else f"{name} (in-sample)"
    probs = predictions.probs[chosen]
    predicted = Labels(_names(audit.rows.classes, probs.argmax(1)), probs.max(1), _logits(probs))
    quality = architecture.ranking.label_quality[chosen]
    suggestions = _suggestions(audit.rows, architecture.ranking, chosen)
    given_maps, suggested_maps = _cam_columns(audit, architecture, chosen)
    columns = [
        Column(names.prediction_field(slug), group, predicted, f"prediction of {name}", index=True),
        Column(names.quality_field(slug), group, quality, "0..1, low = suspicious", index=True),
        Column(
            names.suggestion_field(slug),
            group,
            suggestions,
            "what this architecture would say instead of the given label",
        ),
        Column(names.given_map_field(slug), group, given_maps, "Grad-CAM for the given label"),
        Column(names.suggested_map_field(slug), group, suggested_maps, "Grad-CAM for the suggested label"),
    ]
    if predictions.embeddings is not None:
        embeddings = np.ascontiguousarray(predictions.embeddings[chosen], np.float32)
        columns.append(Column(names.embedding_field(slug), group, embeddings, "embedding"))
    return columns


def _logits(probs: FloatArray) -> FloatArray | None:
    """Return what FiftyOne makes the same probabilities of by a softmax; nothing where they would fill the database."""
    return np.log(np.maximum(probs, 1e-12)) if probs.shape[1] <= MOST_LOGITS else None


def _suggestions(rows: Rows, ranking: Ranking, chosen: Chosen) -> Labels:
    """Return the suggested labels; None where the given label is suggested."""
    suggested: list[str | None] = [
        rows.classes[label] if label != given else None
        for label, given in zip(ranking.suggested[chosen], rows.labels[chosen], strict=True)
    ]
    return Labels(suggested, ranking.confidence[chosen])


def _cam_columns(
    audit: Audit, architecture: ArchitectureResult, chosen: Chosen
) -> tuple[list[Path | None], list[Path | None]]:
    """Return the files of the maps that are drawn, for the given and the suggested class."""
    rows = rows_of(audit, chosen).tolist()
    if not (architecture.run_folder / "cams").is_dir():
        nothing: list[Path | None] = [None] * len(rows)
        return nothing, nothing
    drawn = {path.name for path in (architecture.run_folder / "cams").iterdir()}
    pairs = [cam_pair(audit, architecture, row) for row in rows]
    return (
        [given if given.name in drawn else None for given, _ in pairs],
        [other if other.name in drawn else None for _, other in pairs],
    )


def rows_of(audit: Audit, chosen: Chosen) -> IntArray:
    """Return the numbers of the chosen rows, shape (M,)."""
    return np.arange(len(audit.rows))[chosen]


def _names(classes: tuple[str, ...], labels: IntArray) -> list[str | None]:
    return [classes[label] for label in labels]
