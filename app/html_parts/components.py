"""Pieces of HTML that screens are made of; every name in them is escaped."""

from html import escape
from pathlib import Path

import numpy as np

from app.html_parts.charts import probability_bars, quality_bar
from app.html_parts.pictures import cam_picture, picture
from curation.results.architectures import ArchitectureResult
from curation.results.audit import Audit
from curation.results.cam_files import cam_pair
from curation.results.reasons import reasons
from curation.workspace.names import MEAN_OF_FOLDS
from models.figures.metrics import accuracy, wilson_interval

THUMBNAIL_PX = 112  # twice what is shown, for sharp screens
LARGE_PX = 400


def change(given: str, suggested: str) -> str:
    """Return `given → suggested` in their colours."""
    return f'<span class="er-given">{escape(given)}</span> → <span class="er-other">{escape(suggested)}</span>'


def suspect_row(audit: Audit, row: int, rank: int) -> str:
    """Return one line of the ranked table: rank, thumbnail, given and suggested label, label quality."""
    image_id, classes = str(audit.rows.image_ids[row]), audit.rows.classes
    given, suggested = int(audit.rows.labels[row]), int(audit.consensus.suggested[row])
    better = f'<span class="er-other">{escape(classes[suggested])}</span>' if suggested != given else "fits"
    return (
        f'<div class="er-row"><span class="er-rank">{rank:,}</span>'
        f'<img src="{picture(audit.rows.root / image_id, THUMBNAIL_PX)}" alt="{escape(image_id)}" loading="lazy">'
        f'<span class="er-name"><span class="er-given">{escape(classes[given])}</span><small>{escape(image_id)}</small>'
        f"</span><span>{better}</span>{quality_bar(float(audit.consensus.label_quality[row]))}</div>"
    )


def table_head() -> str:
    """Return the heading of the ranked table."""
    names = ("#", "", "Given label", "Suggested", "Label quality")
    return f'<div class="er-row er-head">{"".join(f"<span>{name}</span>" for name in names)}</div>'


def image_head(audit: Audit, row: int) -> str:
    """Return the selected image, large, and what is known about it."""
    rows, classes = audit.rows, audit.rows.classes
    image_id, given = str(rows.image_ids[row]), int(rows.labels[row])
    suggested = int(audit.consensus.suggested[row])
    if suggested != given:
        title, note = change(classes[given], classes[suggested]), "given label → what the models say together"
    else:
        title = f'<span class="er-given">{escape(classes[given])}</span>'
        note = f"the models agree with the given label; next best is {escape(classes[audit.alternatives()[row]])}"
    width, height = audit.checked.sizes_px[row]
    kind = audit.findings.kinds.where(np.array([row])).names()[0]
    why = (f"<b>{kind}</b>: " if kind else "") + escape(reasons(audit, [row])[0])
    return (
        f'<div class="er-image"><img src="{picture(rows.root / image_id, LARGE_PX)}" alt="{escape(image_id)}">'
        f'<div><h3>{title}</h3><p>{note}</p><p class="er-line">Label quality '
        f"{quality_bar(float(audit.consensus.label_quality[row]))}</p>"
        f"<p>{why}</p>"
        f"<p>{escape(image_id)}<br>{width} by {height} px, {rows.splits[row]}</p>{_twins(audit, row)}</div></div>"
    )


def _twins(audit: Audit, row: int) -> str:
    """Return which images are copies of this one, and the labels they carry."""
    groups, rows = audit.duplicates.groups, audit.rows
    twins = [int(twin) for twin in (groups == groups[row]).nonzero()[0] if twin != row]
    if not twins:
        return ""
    named = ", ".join(
        f"{escape(str(rows.image_ids[twin]))} ({escape(rows.classes[rows.labels[twin]])})" for twin in twins[:3]
    )
    return f'<p class="er-note">Same picture: {named}{" …" if len(twins) > 3 else ""}</p>'


def opinion(audit: Audit, one: ArchitectureResult, row: int) -> str:
    """Return what one architecture says about an image: both Grad-CAM overlays and its probabilities."""
    classes, given, other = audit.rows.classes, int(audit.rows.labels[row]), int(audit.alternatives()[row])
    path = audit.rows.root / str(audit.rows.image_ids[row])
    kinds = (("given", given), ("other", other))
    maps = "".join(
        _overlay(path, cam, f"why {classes[target]}", kind)
        for (kind, target), cam in zip(kinds, cam_pair(audit, one, row), strict=True)
    )
    bars = probability_bars(one.predictions.probs[row], classes, given, other)
    if one.members:  # no network of its own to look into
        maps = f'<div class="er-empty">its members: {escape(", ".join(one.members))}</div>'
    return (
        f'<div class="er-opinion"><h4>{escape(one.name)} <small>{_judge(audit, one, row)}</small></h4>'
        f"<div>{maps}{bars}</div></div>"
    )


def _overlay(path: Path, cam: Path, caption: str, kind: str) -> str:
    source = cam_picture(path, cam, LARGE_PX)
    shown = (
        f'<img src="{source}" alt="Grad-CAM: {escape(caption)}">'
        if source
        else '<div class="er-empty">no map yet</div>'
    )
    return f'<figure class="er-{kind}">{shown}<figcaption>{escape(caption)}</figcaption></figure>'


def _judge(audit: Audit, one: ArchitectureResult, row: int) -> str:
    """Return in words which model judges an image."""
    if one.predictions.fold is None:
        return "in-sample: may have trained on this image"
    if one.name not in audit.config["architectures"]:
        return "trained elsewhere"
    fold = int(one.predictions.fold[row])
    return MEAN_OF_FOLDS.format(audit.config["folds"]) if fold < 0 else f"model of fold {fold}, which did not see it"


def accuracy_table(audit: Audit) -> str:
    """Return accuracy on the labels as given, with 95 % intervals, and how each figure came about."""
    splits = [split for split in ("test", "val", "train") if split in audit.rows.splits]
    heads = "".join(f"<th>{split} <small>{_how(audit, split)}</small></th>" for split in splits)
    lines = "".join(
        f"<tr><th>{escape(one.name)}</th>{''.join(_accuracy(audit, one, split) for split in splits)}</tr>"
        for one in audit.architectures
    )
    return f'<table class="er-table"><tr><td>Accuracy on the labels as given</td>{heads}</tr>{lines}</table>'


def _how(audit: Audit, split: str) -> str:
    """Return which models the accuracies on a split are of."""
    if audit.in_sample:
        return "in-sample, flatters the labels"
    if any(one.name not in audit.config["architectures"] for one in audit.architectures):
        return "by a model trained elsewhere, fold by fold"
    return "out of fold" if split == "train" else MEAN_OF_FOLDS.format(audit.config["folds"])


def _accuracy(audit: Audit, one: ArchitectureResult, split: str) -> str:
    own = audit.rows.splits == split
    share, n = accuracy(audit.rows.labels[own], one.predictions.probs[own]), int(own.sum())
    low, high = wilson_interval(round(share * n), n)
    return f"<td><b>{share:.1%}</b> <small>({low:.1%} to {high:.1%})</small></td>"


def counts(audit: Audit) -> str:
    """Return how many images, suspicious labels, copies, leaks and unreadable files there are."""
    rows, twins = audit.rows, audit.duplicates
    suspicious = audit.consensus.suggested != rows.labels
    figures = [
        (len(rows), "images", "that could be read"),
        (int(suspicious.sum()), "suspicious", "another label fits better"),
        (int(audit.disagreement().sum()), "models differ", "not all architectures say the same class"),
        (int(twins.shared().sum()), "with a copy", "exact or near duplicates"),
        (int(twins.leaks(rows.splits).sum()), "leaks", "outside train, with a twin in train"),
        (len(audit.checked.skipped), "skipped", "files that could not be read"),
    ]
    cells = [f'<div title="{why}"><b>{value:,}</b><span>{what}</span></div>' for value, what, why in figures]
    return f'<div class="er-counts">{"".join(cells)}</div>'


def skipped_table(audit: Audit) -> str:
    """Return the files that could not be read, and why; st.table would load pandas, a second and a half, for it."""
    lines = "".join(f"<tr><td>{escape(name)}</td><td>{escape(why)}</td></tr>" for name, why in audit.checked.skipped)
    return f'<table class="er-table"><tr><td>file</td><td>why</td></tr>{lines}</table>'
