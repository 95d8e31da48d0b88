"""Simulated reviews of verified labels: what an order that learns finds, and whether its estimate holds.

    python -m tests.benchmarks.bench_learning NAME TRUTH.csv [COLUMN] [--half 0|1] [--picture FILE.png] [--reviews 30]

NAME is an audited data set, TRUTH.csv has `filepath` or `image_id` and a column with the true labels, `true_label` by
default; an empty or unknown true label means that the image shows none of the classes. A reviewer who is always right
looks at the images of all splits in five orders: learning; as it ships; most uncertain first; by the score of active
label cleaning (cross-entropy less entropy, Bernhardt et al. 2022), both on Errata's probabilities; and by cleanlab's
self-confidence on a plain probe. One look in ten is drawn in the first two. With --reviews it also says how often the
90 % intervals of the learning review hold the truth, with other random draws in each review.
"""

import argparse
import zlib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from curation.results.audit import Audit, load_audit
from curation.review.budget import Budget, estimate
from curation.review.drawn_looks import DrawOrder, adaptive_queue, draw_order, inclusion, review_queue
from curation.review.learning import learner_of
from curation.scoring.learned.lesson import RIGHT
from curation.scoring.learned.order import Learner, Looks
from curation.scoring.learned.traits import CORRECTIONS, Traits, sight_of, traits_of
from curation.workspace.folders import Workspace
from curation.workspace.names import audited
from models.arrays import BoolArray, FloatArray, IntArray
from tests.benchmarks.bench_issues.sides import plain_probe
from tests.benchmarks.bench_planted import NOISE, judged, known_labels
from tests.benchmarks.figures.pictures import found_curves
from tests.benchmarks.figures.score_labels import read_truth

LOOKS = (25, 50, 100, 200, 400, 800)
MEASURED = (20, 50, 100, 200, 400)  # looks after which the estimate is compared with the truth


@dataclass(frozen=True)
class Case:
    """Labels with known truth."""

    image_ids: npt.NDArray[np.str_]  # (N,)
    quality: FloatArray  # (N,)
    traits: Traits
    kinds: IntArray  # (N,) what a reviewer says
    shown: FloatArray  # (N, K)

    @property
    def wrong(self) -> BoolArray:
        """Which labels are wrong, shape (N,)."""
        return np.asarray(self.kinds != RIGHT)


def case_of(audit: Audit, truth: dict[str, str], half: int | None) -> Case:
    """Return the labels with known truth; of a half only, told by the images' names, where it is named."""
    rows = audit.rows
    place = {name: label for label, name in enumerate(rows.classes)}
    names = rows.image_ids.tolist()
    kept = [name in truth and (half is None or zlib.crc32(name.encode()) % 2 == half) for name in names]
    chosen = np.flatnonzero(kept)
    true = np.array([place.get(truth[names[row]], -1) for row in chosen])
    kinds = np.where(true == rows.labels[chosen], RIGHT, CORRECTIONS.index("wrong"))
    kinds[true < 0] = CORRECTIONS.index("out_of_scope")
    shown = np.zeros((len(chosen), len(rows.classes)), np.float32)
    shown[true >= 0, true[true >= 0]] = 1
    whole = learner_of(audit).traits
    parts = {name: values[chosen] for name, values in vars(whole).items()}
    order = np.argsort(parts["place"])
    parts["place"][order] = np.arange(len(chosen))
    return Case(rows.image_ids[chosen], audit.consensus.label_quality[chosen], replace(whole, **parts), kinds, shown)


def planted_case(name: str, truth: Path, column: str, noise: str, share: float) -> Case:
    """Return the training images with a known label on their true labels, of which a share was replaced and judged."""
    wide, width, true, groups = known_labels(name, truth, column)
    labels = NOISE[noise](true, wide[:, :width], share, np.random.default_rng(0))
    findings = judged(wide, width, labels, groups, 0)[0]
    kinds = np.where(labels == true, RIGHT, CORRECTIONS.index("wrong"))
    shown = np.eye(int(true.max()) + 1, dtype=np.float32)[true]
    traits = traits_of(labels, findings, sight_of([wide[:, :width]], len(true)))
    image_ids = np.arange(len(true)).astype(np.str_)
    return Case(image_ids, findings.label_quality, traits, kinds, shown)


@dataclass(frozen=True)
class Review:
    """One review in an order that learns."""

    rows: IntArray  # (L,) in the order of the looks
    belief: float  # in the learned order at the end
    budgets: list[Budget]  # at MEASURED


def learning(case: Case, draws: DrawOrder, looks: int, learner: Learner, measured: bool = False) -> Review:
    """Return a review in which every look waits for what the verdicts before it teach."""
    n = len(case.quality)
    taken, rows, drawn, budgets = np.zeros(n, bool), np.zeros(0, np.int64), np.zeros(0, bool), []
    learned = learner.follow(_looks(case, rows, drawn))
    for look in range(min(looks, n)):
        if measured and look in MEASURED:
            known, proposed = taken.copy(), np.zeros(n, bool)
            proposed[rows[drawn]] = True
            probability = inclusion(case.quality, draws, known, proposed, learned.reached)
            order = learned.order[~taken[learned.order]]
            budgets.append(estimate(learned.right, known, case.wrong & known, probability, None, order, known))
        waiting, drawable = learned.order[~taken[learned.order]], draws.order[~taken[draws.order]]
        following = adaptive_queue(waiting, drawable, look, 1, learned.answers)
        taken[following.rows] = True
        rows, drawn = np.append(rows, following.rows), np.append(drawn, following.drawn)
        learned = learner.follow(_looks(case, rows, drawn))
    return Review(rows, learned.belief, budgets)


def _looks(case: Case, rows: IntArray, drawn: BoolArray) -> Looks:
    return Looks(rows, case.kinds[rows], case.shown[rows], ~drawn, drawn, np.arange(len(rows)) + 1)


def coverage(case: Case, reviews: int) -> None:
    """Print how often the intervals hold the truth; only the draws differ between the reviews."""
    truth = int(case.wrong.sum())
    learner = Learner(case.traits)
    runs = []
    for seed in range(1, reviews + 1):
        draws = draw_order(case.image_ids, case.quality, seed)
        runs.append(learning(case, draws, MEASURED[-1] + 1, learner, measured=True).budgets)
    print("\n| looks | found | estimate | 90 % interval | holds the truth | within 20 % |\n|---|---|---|---|---|---|")
    for place, looks in enumerate(MEASURED):
        totals = np.array([run[place].total for run in runs])
        held = ((totals[:, 1] <= truth) & (truth <= totals[:, 2])).mean()
        near = (np.abs(totals[:, 0] - truth) <= 0.2 * truth).mean()
        found, (expected, low, high) = np.mean([run[place].found for run in runs]), totals.mean(0)
        between = f"{low:,.0f} to {high:,.0f}"
        print(f"| {looks} | {found:.0f} | {expected:,.0f} | {between} | {held:.0%} | {near:.0%} |")


def fixed_orders(case: Case, draws: DrawOrder) -> dict[str, IntArray]:
    """Return the orders that verdicts do not change, on Errata's own probabilities, shape (N,) each."""
    probs, n = case.traits.probs, len(case.quality)
    entropy = -(probs * np.log(np.maximum(probs, 1e-9))).sum(1)
    doubt = -np.log(np.maximum(probs[np.arange(n), case.traits.labels], 1e-9))
    return {
        "as it ships": review_queue(case.quality, draws, np.zeros(n, bool)).rows,
        "most uncertain first": np.argsort(-entropy, kind="stable"),
        "active label cleaning": np.argsort(entropy - doubt, kind="stable"),
    }


def probe_order(case: Case, audit: Audit) -> dict[str, IntArray]:
    """Return the order by cleanlab's self-confidence on a plain probe; nothing without embeddings."""
    features = next((voter.predictions.embeddings for voter in audit.voters if voter.frozen), None)
    if features is None:
        return {}
    probe = plain_probe(features, audit.rows.labels, audit.rows.splits == "train")
    row_of = {name: row for row, name in enumerate(audit.rows.image_ids.tolist())}
    chosen = np.array([row_of[name] for name in case.image_ids.tolist()])
    return {"cleanlab, plain probe": np.argsort(probe[chosen, case.traits.labels], kind="stable")}


def main() -> None:
    """Print the finds of each order, and draw them where a picture is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("truth", type=Path)
    parser.add_argument("column", nargs="?", default="true_label")
    parser.add_argument("--half", type=int, choices=(0, 1), help="of the images by the CRC-32 of their names")
    parser.add_argument(
        "--noise", choices=NOISE, help="on true labels of the training images, of which a share is replaced"
    )
    parser.add_argument("--share", type=float, default=0.1, help="of the labels that --noise replaces")
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--reviews", type=int, default=0)
    asked = parser.parse_args()
    workspace = Workspace.from_environment()
    if not asked.truth.is_file() or asked.name not in audited(workspace):
        print(f"\nskipped: no truth at {asked.truth}, or {asked.name} is not audited")
        return
    audit = load_audit(workspace, asked.name)
    if asked.noise:
        case = planted_case(asked.name, asked.truth, asked.column, asked.noise, asked.share)
    else:
        case = case_of(audit, read_truth(asked.truth, asked.column), asked.half)
    n, what = len(case.quality), f"{asked.noise} noise, {asked.share:.0%}" if asked.noise else asked.name
    print(f"\n{what}: {n:,} images, {int(case.wrong.sum()):,} wrong\n")
    draws = draw_order(case.image_ids, case.quality, 0)
    review = learning(case, draws, LOOKS[-1], Learner(case.traits))
    orders = {"learning": review.rows, **fixed_orders(case, draws)}
    if not asked.noise:
        orders |= probe_order(case, audit)
    print(f"| order | {' | '.join(map(str, LOOKS))} |\n|---|{'---|' * len(LOOKS)}")
    for name, order in orders.items():
        finds = np.cumsum(case.wrong[order])
        print(f"| {name} | {' | '.join(str(finds[min(looks, len(finds)) - 1]) for looks in LOOKS)} |", flush=True)
    print(f"\nbelief in the learned order at the end: {review.belief:.3f}")
    if asked.picture:
        found = {name: np.cumsum(case.wrong[order], dtype=np.int64)[: LOOKS[-1]] for name, order in orders.items()}
        found_curves(asked.picture, found, int(case.wrong.sum()), f"{what}: {n:,} images")
    if asked.reviews:
        coverage(case, asked.reviews)


if __name__ == "__main__":
    main()
