"""What judging again brings: looks in the fixed order, known truth as verdicts, and the images that are left.

`python -m tests.benchmarks.bench_issues.judge_again NAME TRUTH.csv [COLUMN] [--half A|B]` on an audited data set. In
the column an empty cell means none of the classes, and `a|b` two of them. A half holds the image_ids of even (A) or odd
(B) CRC-32.
"""

import argparse
import time
import zlib
from pathlib import Path

import numpy as np
from sklearn.metrics import average_precision_score

from curation.results.audit import Audit, load_audit
from curation.review.drawn_looks import ORDER_SEED, draw_order, review_queue
from curation.scoring.findings import Findings, judge_labels
from curation.scoring.groundwork import Groundwork
from curation.scoring.lessons import Lessons
from curation.workspace.folders import Workspace
from models.arrays import BoolArray, FloatArray, IntArray
from tests.benchmarks.bench_issues.sides import evidence
from tests.benchmarks.figures.score_labels import read_truth

LOOKS = (50, 100, 200, 400)
AHEAD = (50, 100, 200)
NONE, SEVERAL, UNKNOWN = -1, -2, -3


class Case:
    """The images of an audit, or of half of it, with the class that each shows."""

    def __init__(self, audit: Audit, true: IntArray, chosen: BoolArray):
        rows = audit.rows
        self.labels, self.true, self.n_classes = rows.labels[chosen], true[chosen], len(rows.classes)
        self.image_ids, self.learn = rows.image_ids[chosen], (rows.splits == "train")[chosen]
        self.groups = np.unique(audit.duplicates.groups[chosen], return_inverse=True)[1]
        self.opinions = {voter.name: voter.predictions.probs[chosen] for voter in audit.voters}
        frozen = {voter.name: voter.predictions.embeddings for voter in audit.voters if voter.frozen}
        self.embeddings = {name: values[chosen] for name, values in frozen.items() if values is not None}
        self.groundwork = Groundwork()  # of the first judgement: later ones start from it
        self.evidence = {name: np.asarray(evidence(audit, name))[chosen] for name in self.embeddings}

    @property
    def wrong(self) -> BoolArray:
        """Whether each given label is wrong, shape (N,)."""
        return np.asarray((self.true == NONE) | ((self.true >= 0) & (self.true != self.labels)))

    def judge(self, lessons: Lessons | None = None) -> tuple[Findings, float]:
        """Return the findings and what they took, s of processor time."""
        started = time.process_time()
        findings = judge_labels(
            self.labels, self.n_classes, self.learn, self.groups, self.opinions, self.embeddings, self.evidence,
            lessons=lessons, groundwork=self.groundwork,
        )  # fmt: skip
        return findings, time.process_time() - started

    def lessons(self, seen: BoolArray) -> Lessons:
        """Return what a person says who sees what these images show; only training images teach."""
        seen = seen & self.learn
        labels = np.where(seen & (self.true >= 0), self.true, self.labels)
        none = seen & (self.true == NONE)
        return Lessons(labels, seen & (self.true >= 0), none | (seen & (self.true == SEVERAL)), none)


def line(what: str, case: Case, quality: FloatArray, seen: BoolArray) -> str:
    """Return a line of the table: average precision of the images that are left, and finds of the next looks."""
    left = case.wrong[~seen & (case.true != UNKNOWN)]
    score = quality[~seen & (case.true != UNKNOWN)]
    first = left[np.argsort(score, kind="stable")]
    finds = " / ".join(str(int(first[:ahead].sum())) for ahead in AHEAD)
    return f"| {what} | {average_precision_score(left, -score):.3f} | {finds} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("truth", type=Path)
    parser.add_argument("column", nargs="?", default="true_label")
    parser.add_argument("--half", choices=("A", "B"))
    asked = parser.parse_args()
    audit = load_audit(Workspace.from_environment(), asked.name)
    places = {name: place for place, name in enumerate(audit.rows.classes)} | {"": NONE}
    truth = read_truth(asked.truth, asked.column)
    ids = [str(image_id) for image_id in audit.rows.image_ids]
    true = np.array([places.get(truth[name], SEVERAL) if name in truth else UNKNOWN for name in ids])
    even = np.array([zlib.crc32(name.encode()) % 2 == 0 for name in ids])
    chosen = {"A": even, "B": ~even}.get(asked.half, np.ones(len(ids), bool))
    case = Case(audit, true, chosen & (true != UNKNOWN))
    before, took = case.judge()
    n, half = len(case.labels), f" half {asked.half}" if asked.half else ""
    print(f"{asked.name}{half}: n = {n:,}, {case.wrong.sum()} wrong; judged in {took:.1f} s of processor time\n")
    print("| | average precision of the images left | finds of the next 50 / 100 / 200 looks |\n|---|---|---|")
    nobody = np.zeros(n, bool)
    queue = review_queue(before.label_quality, draw_order(case.image_ids, before.label_quality, ORDER_SEED), nobody)
    for looks in LOOKS:
        seen = np.isin(np.arange(n), queue.rows[:looks])
        after, took = case.judge(case.lessons(seen))
        found, none = int(case.wrong[seen].sum()), int((case.true[seen] == NONE).sum())
        print(line(f"{looks} looks ({found} wrong, {none} of no class)", case, before.label_quality, seen))
        print(line(f"judged again, {took:.1f} s", case, after.label_quality, seen), flush=True)


if __name__ == "__main__":
    main()
