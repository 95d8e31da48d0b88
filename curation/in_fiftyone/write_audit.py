"""An audit as fields, views and maps of a FiftyOne dataset."""

import logging
from pathlib import Path

import numpy as np

from curation.database import names, store
from curation.database.documents import Column, Labels
from curation.database.names import dataset_name
from curation.database.samples import read_samples
from curation.database.store import View
from curation.decisions.ledger import Ledger, log_of
from curation.decisions.reviewer import kept_reviewer
from curation.images.problems import CHECKS
from curation.in_fiftyone.mirror import READ, prepare_review, write_decisions
from curation.in_fiftyone.sync import take_edits
from curation.in_fiftyone.views import write_queue
from curation.results.architectures import ArchitectureResult
from curation.results.audit import Audit
from curation.results.cam_files import cam_pair
from curation.results.reasons import against, reasons
from curation.scoring.kinds import NAMES
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL
from models.arrays import FloatArray, IntArray, Progress
from models.errors import ErrataError

_log = logging.getLogger(__name__)
_KINDS = {
    "wrong": "another class fits",
    "ambiguous": "two classes fit",
    "out of scope": "no class fits",
    "hard but right": "the given class fits best, but by little",
}
SUSPICIOUS = 200  # images in the saved views of suspicious labels


def write_audit(workspace: Workspace, audit: Audit, progress: Progress | None = None) -> None:
    """Write the audit and what was decided into the FiftyOne dataset `errata-NAME`, replacing what was there.

    Raises:
        ErrataError: MongoDB is missing, does not start, or dies meanwhile.
    """
    columns = [
        *_common(audit),
        *_trouble(audit),
        *_problems(audit),
        *(column for one in audit.architectures for column in _columns(audit, one)),
    ]
    name, paths, classes = dataset_name(audit.name), audit.rows.paths, audit.rows.classes
    ledger = Ledger(log_of(workspace, audit.name), audit.checked) if audit.config["version"] == ORIGINAL else None
    if ledger:
        _keep_edits(workspace, audit, ledger)
    with store.replacing(workspace, name, paths, columns, classes) as dataset:
        store.protect(dataset, names.GIVEN)
        for done, one in enumerate(audit.architectures):
            if one.points is not None:
                store.add_map(dataset, one.points, names.projection_key(one.slug), names.embedding_field(one.slug))
            prediction, key = names.prediction_field(one.slug), names.evaluation_key(one.slug)
            store.evaluate(dataset, prediction, names.GIVEN, key, classes)
            if progress:
                progress(done + 1, len(audit.architectures))
        store.save_views(dataset, _views(audit))
        if ledger:  # on the labels of a curated split nobody decides
            prepare_review(dataset, audit.rows)
            write_decisions(dataset, ledger)
            write_queue(dataset, audit, ledger)
        dataset.info = {"errata": {"in_sample": audit.in_sample, "version": audit.config["version"]}}


def _keep_edits(workspace: Workspace, audit: Audit, ledger: Ledger) -> None:
    """Make decisions of what people edited in the dataset that is about to be replaced.

    Raises:
        ErrataError: there is an edit, and nobody said whose.
    """
    if not store.dataset_exists(workspace, dataset_name(audit.name)):
        return
    samples = read_samples(store.load_dataset(workspace, dataset_name(audit.name)), READ)
    reviewer = kept_reviewer(workspace)
    _, refused = take_edits(audit, ledger, samples, reviewer)
    if refused and not reviewer:
        raise ErrataError(f"{next(iter(refused.values()))[:-1]} to `errata sync {audit.name}` first")
    for sentence in refused.values():
        _log.warning("an edit in FiftyOne is lost: %s", sentence)


def _common(audit: Audit) -> list[Column]:
    """Return the fields that are not one architecture's."""
    rows, classes, ranking = audit.rows, audit.rows.classes, audit.consensus
    given = Labels([classes[label] for label in rows.labels])
    wrong = np.flatnonzero(ranking.suggested != rows.labels)
    suggested: list[str | None] = [None] * len(rows)
    for row in wrong:
        suggested[row] = classes[ranking.suggested[row]]
    twins = audit.duplicates
    return [
        Column(names.SPLIT, "label", rows.splits.tolist(), "train, val or test", index=True),
        Column(names.GIVEN, "label", given, "the label as given; never edited", shown=True, index=True),
        Column(names.CURATED, "label", given, "the working label; edited by people"),
        Column(
            names.SUGGESTED,
            "label",
            Labels(suggested, ranking.confidence),
            "what the architectures together would say instead; empty where they agree with the given label",
            shown=True,
        ),
        Column(
            names.LABEL_QUALITY,
            "label",
            ranking.label_quality,
            "0..1, low = suspicious: probability of the given label, all architectures together"
            + ("; IN-SAMPLE, flatters the given label" if audit.in_sample else ""),
            shown=True,
            index=True,
        ),
        Column(
            names.DUPLICATE_GROUP,
            "duplicates",
            twins.groups.tolist(),
            "copies of one picture share a number",
            index=True,
        ),
        Column(names.HAS_DUPLICATE, "duplicates", twins.shared().tolist(), "another image is a copy or near copy"),
        Column(names.LEAK, "duplicates", twins.leaks(rows.splits).tolist(), "outside train, with a twin in train"),
        Column(
            names.LEAK_PAIR,
            "duplicates",
            twins.leak_pairs(rows.splits).tolist(),
            "a leak, or the training image that it shows again",
        ),
        Column(
            names.CONFLICTING_LABELS, "duplicates", twins.conflicting(rows.labels).tolist(), "a twin has another label"
        ),
        Column(names.IMAGE_ID, "source", rows.image_ids.tolist(), "path relative to the data set's root", index=True),
    ]


def _trouble(audit: Audit) -> list[Column]:
    """Return the fields that say what may be the trouble with a label, and who says so."""
    group, found, rows = "trouble", audit.findings, range(len(audit.rows))
    scores = [
        Column(names.score_field(name), group, getattr(found.kinds, name), f"0..1, high = {said}")
        for name, (said, _) in NAMES.items()
    ]
    return [
        Column(names.KIND, group, [kind or None for kind in found.kinds.names()], ", ".join(_KINDS), index=True),
        Column(
            names.FLAGGED, group, found.flagged.tolist(), "among the most suspicious, as many as are estimated wrong"
        ),
        Column(
            names.AGAINST, group, against(audit).tolist(), f"of {len(found.voters)} voters, those for another class"
        ),
        Column(names.WHY, group, reasons(audit, rows), "who says what"),
        *scores,
    ]


def _problems(audit: Audit) -> list[Column]:
    """Return the fields of the image problems: their names, and a score for each check."""
    if audit.problems is None:
        return []
    group, found = "image problems", audit.problems
    problems = [found.names(row) or None for row in range(len(audit.rows))]
    scores = [
        Column(names.score_field(check), group, found.scores[:, column], f"0..1, low = {check.replace('_', ' ')}")
        for column, check in enumerate(CHECKS)
    ]
    return [
        Column(names.IMAGE_PROBLEMS, group, problems, "what is wrong with the picture; empty where nothing is"),
        *scores,
    ]


def _columns(audit: Audit, one: ArchitectureResult) -> list[Column]:
    """Return the fields of one architecture."""
    classes, ranking, group = audit.rows.classes, one.ranking, one.name
    confidence = one.predictions.probs.max(1)
    logits = np.log(np.maximum(one.predictions.probs, 1e-12))  # FiftyOne takes their softmax: the same probabilities
    if one.predictions.fold is None:
        group = f"{group} (in-sample)"
    given, other = _cam_columns(audit, one)
    predicted = Labels(_names(classes, one.predictions.probs.argmax(1)), confidence, logits)
    columns = [
        Column(names.prediction_field(one.slug), group, predicted, f"prediction of {one.name}", index=True),
        Column(names.quality_field(one.slug), group, ranking.label_quality, "0..1, low = suspicious", index=True),
        Column(
            names.suggestion_field(one.slug),
            group,
            Labels(
                [
                    classes[suggested] if suggested != label else None
                    for suggested, label in zip(ranking.suggested, audit.rows.labels, strict=True)
                ],
                ranking.confidence,
            ),
            "what this architecture would say instead of the given label",
        ),
        Column(names.given_map_field(one.slug), group, given, "Grad-CAM for the given label"),
        Column(names.suggested_map_field(one.slug), group, other, "Grad-CAM for the suggested label"),
    ]
    if one.predictions.embeddings is not None:
        columns.append(
            Column(names.embedding_field(one.slug), group, _float32(one.predictions.embeddings), "embedding")
        )
    return columns


def _cam_columns(audit: Audit, one: ArchitectureResult) -> tuple[list[Path | None], list[Path | None]]:
    """Return the files of the maps that are drawn, for the given and the suggested class."""
    if not (one.run_folder / "cams").is_dir():
        nothing: list[Path | None] = [None] * len(audit.rows)
        return nothing, nothing
    drawn = {path.name for path in (one.run_folder / "cams").iterdir()}
    pairs = [cam_pair(audit, one, row) for row in range(len(audit.rows))]
    return (
        [given if given.name in drawn else None for given, _ in pairs],
        [other if other.name in drawn else None for _, other in pairs],
    )


def _names(classes: tuple[str, ...], labels: IntArray) -> list[str | None]:
    return [classes[label] for label in labels]


def _float32(embeddings: FloatArray) -> FloatArray:
    return np.ascontiguousarray(embeddings, np.float32)


def _views(audit: Audit) -> list[View]:
    """Return the saved views of an audit."""
    worst = [
        View(
            names.suspicious_view(split),
            f"{split} labels that another fits better, worst first (at most {SUSPICIOUS})",
            where={names.SPLIT: split},
            filled=names.SUGGESTED,
            sort_by=names.LABEL_QUALITY,
            limit=SUSPICIOUS,
        )
        for split in ("test", "val", "train")
        if split in audit.rows.splits
    ]
    kinds = [
        View(kind, f"{kind}: {_KINDS[kind]}, worst first", {names.KIND: kind}, sort_by=names.LABEL_QUALITY)
        for kind in _KINDS
        if kind in audit.findings.kinds.names()
    ]
    fields = [names.prediction_field(one.slug) for one in audit.voters]
    note = f"{int(audit.disagreement().sum())} images on which the architectures differ, most suspicious label first"
    apart = [View(names.DISAGREEMENT_VIEW, note, differ=fields, sort_by=names.LABEL_QUALITY)] if len(fields) > 1 else []
    copies, problems = _views_of_copies(audit), _views_of_problems(audit)
    return [View(names.ALL_VIEW, "every readable image"), *worst, *kinds, *apart, *copies, *problems]


def _views_of_copies(audit: Audit) -> list[View]:
    """Return the views of images with a twin, twins side by side; none that would be empty."""
    rows, twins = audit.rows, audit.duplicates
    kinds = (
        (names.CONFLICTS_VIEW, names.CONFLICTING_LABELS, twins.conflicting(rows.labels), "a twin has another label"),
        (
            names.LEAKS_VIEW,
            names.LEAK_PAIR,
            twins.leak_pairs(rows.splits),
            "images outside train with a twin in train, and the twin",
        ),
        (names.DUPLICATES_VIEW, names.HAS_DUPLICATE, twins.shared(), "copies and near copies"),
    )
    return [
        View(name, f"{note}, side by side", {field: True}, sort_by=names.DUPLICATE_GROUP)
        for name, field, own, note in kinds
        if own.any()
    ]


def _views_of_problems(audit: Audit) -> list[View]:
    """Return the view of images with a problem of their own, if there are any."""
    if audit.problems is None or not audit.problems.flags.any():
        return []
    return [View(names.PROBLEMS_VIEW, "dark, light, blurry, empty, odd or grey pictures", filled=names.IMAGE_PROBLEMS)]
