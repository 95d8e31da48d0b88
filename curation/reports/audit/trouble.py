"""What may be the trouble with the labels: how many are estimated wrong, of which kinds, which classes are confused."""

from typing import Any

import numpy as np

from curation.reports.html import section, table
from curation.reports.matrix import commonest_list, confusion_matrix, fits, worst_confusion
from curation.results.audit import Audit
from curation.scoring.kinds import NAMES
from curation.words import counted

# As people think of them; `NAMES` has them in the order in which they win over one another.
_ORDER = sorted(
    (said for said, _ in NAMES.values()), key=("wrong", "ambiguous", "out of scope", "hard but right").index
)


def trouble_figures(audit: Audit) -> dict[str, Any]:
    """Return the figures of the section: counts of images, and the class-pair matrix, row = given label."""
    found = audit.findings
    names = np.array(found.kinds.names())
    counts = np.rint(found.joint).astype(np.int64)
    return {
        "estimated_wrong": int(counts.sum() - counts.trace()),
        "flagged": {split: int(found.flagged[audit.rows.splits == split].sum()) for split in _splits(audit)},
        "kinds": {
            said: {split: int((names[audit.rows.splits == split] == said).sum()) for split in _splits(audit)}
            for said in _ORDER
        },
        "voters": dict(zip(found.voters, [round(float(weight), 3) for weight in found.weights], strict=True)),
        "class_pairs": counts.tolist(),
    }


def _splits(audit: Audit) -> list[str]:
    return [split for split in ("test", "val", "train") if split in audit.rows.splits]


def trouble_section(figures: dict[str, Any]) -> str:
    """Return the section."""
    own, classes = figures["trouble"], figures["dataset"]["classes"]
    splits = list(own["flagged"])
    rows = [["estimated wrong", *(f"{own['flagged'][split]:,}" for split in splits)]]
    rows += [[said, *(f"{counts[split]:,}" for split in splits)] for said, counts in own["kinds"].items()]
    lead = (
        f"<p class=lead>About <b>{counted(own['estimated_wrong'], 'label')}</b> of {figures['images']:,} are estimated "
        "to be wrong, by the models alone: looks at some of them tell more. Kinds overlap with it: <b>wrong</b>, "
        "another class fits; <b>ambiguous</b>, two fit; <b>out of scope</b>, none does; <b>hard but right</b>, the "
        "given one fits best, but by little.</p>"
    )
    note = (
        "<p class=note>Which classes are taken for which, estimated from all voters together: rows are given labels, "
        "columns what the images show.</p>"
    )
    matrix = own["class_pairs"]
    drawn = (
        f'<div class="scroll">{confusion_matrix(matrix, classes, worst_confusion([matrix]), "shown")}</div>'
        if fits(classes)
        else ""
    )
    pairs = f'<div class="matrices"><div class=matrix>{drawn}{commonest_list(matrix, classes)}</div></div>'
    counts = table(["images", *splits], rows, numeric=range(1, len(splits) + 1))
    return section("trouble", "Labels", lead, counts, note, pairs)
