"""The stages whose growth is measured: each prepares N generated images and returns the work that is timed."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from curation.decisions.ledger import Ledger
from curation.decisions.log import DecisionLog
from curation.workspace.folders import Workspace
from tests.benchmarks.bench_growth.generated import Generated

Work = Callable[[], object]
SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
_LOOKS = 1_000  # verdicts that the budget is told


@dataclass(frozen=True)
class Stage:
    """Something that an audit or a review does with all images."""

    prepare: Callable[[Generated], Work]
    needs_database: bool = False


def scores(images: Generated) -> Work:
    """Label quality, suggestions, ranks and the estimated number of wrong labels."""
    from curation.scoring.confident_joint import estimated_joint
    from curation.scoring.scores import rank, ranks

    labels, probs = images.labels, images.probs

    def work() -> None:
        ranked = rank(labels, probs)
        ranks(ranked.label_quality, np.ones(images.n, bool))
        estimated_joint(labels, probs)

    return work


def judge(images: Generated) -> Work:
    """The judgement of the labels by a network and the embeddings of a frozen backbone."""
    from curation.scoring.findings import judge_labels

    learn, groups, probs = np.ones(images.n, bool), images.duplicates.groups, {"network": images.probs}
    embeddings = {"backbone": images.embeddings}
    return lambda: judge_labels(images.labels, images.n_classes, learn, groups, probs, embeddings)


def judge_wide(images: Generated) -> Work:
    """The judgement of the labels by a network and features of 1,280 columns in a memory-mapped file."""
    from curation.scoring.findings import judge_labels
    from curation.scoring.groundwork import Groundwork

    learn, groups, probs = np.ones(images.n, bool), images.duplicates.groups, {"network": images.probs}
    features, groundwork = {"backbone": images.wide}, Groundwork(scratch=images.folder)
    return lambda: judge_labels(images.labels, images.n_classes, learn, groups, probs, features, groundwork=groundwork)


def judge_by_networks(images: Generated) -> Work:
    """The judgement of the labels by a network alone."""
    from curation.scoring.findings import judge_labels

    learn, groups, probs = np.ones(images.n, bool), images.duplicates.groups, {"network": images.probs}
    return lambda: judge_labels(images.labels, images.n_classes, learn, groups, probs, {})


def copies(images: Generated) -> Work:
    """The search for copies: candidates by hashes and embeddings, and each compared on pixels."""
    from curation.images.compared_pairs import ComparedPairs
    from curation.images.duplicates import find_duplicates

    contents, hashes, embeddings = images.sha256s, images.hashes, images.embeddings
    kept = ComparedPairs(images.folder / "copies", "generated")

    def work() -> None:
        duplicates = find_duplicates(contents, hashes, images.thumbnails, lambda: embeddings, kept)
        assert (duplicates.near == images.duplicates.near).all()

    return work


def map_of_all(images: Generated) -> Work:
    """The map of the embeddings."""
    from curation.audit.projection import project

    embeddings = images.embeddings
    return lambda: project(embeddings, seed=0)


def drawn_looks(images: Generated) -> Work:
    """The draw order, the whole queue, and the probability of each look."""
    from curation.review.drawn_looks import draw_order, inclusion, review_queue

    names, quality = images.checked.rows.image_ids, images.quality

    def work() -> None:
        draws = draw_order(names, quality, 0)
        queue = review_queue(quality, draws, np.zeros(images.n, bool))
        looked, drawn = np.zeros((2, images.n), bool)
        looked[queue.rows[:_LOOKS]], drawn[queue.rows[queue.drawn]] = True, True
        inclusion(quality, draws, looked, drawn)

    return work


def budget(images: Generated) -> Work:
    """The estimated number of wrong labels after 1,000 looks."""
    from curation.review.budget import estimate
    from curation.review.drawn_looks import draw_order, inclusion, review_queue

    quality, wrong = images.quality, images.labels != images.true
    draws = draw_order(images.checked.rows.image_ids, quality, 0)
    queue = review_queue(quality, draws, np.zeros(images.n, bool))
    looked, drawn = np.zeros((2, images.n), bool)
    looked[queue.rows[:_LOOKS]], drawn[queue.rows[queue.drawn]] = True, True
    return lambda: estimate(quality, looked, wrong & looked, inclusion(quality, draws, looked, drawn))


def write_log(images: Generated) -> Work:
    """A decision on each image, written as one batch."""
    log, decisions = DecisionLog(images.folder / "decisions" / "generated.jsonl"), images.decisions(images.n)

    def work() -> None:
        with log.writing() as writer:
            writer.append(decisions)

    return work


def open_log(images: Generated) -> Work:
    """The decision log read for the first time, as a screen that opens does."""
    write_log(images)()
    images.__dict__.pop("labels")
    log, checked = DecisionLog(images.folder / "decisions" / "generated.jsonl"), images.checked

    def work() -> None:
        with Ledger(log, checked).reading() as state:
            state.counts()

    return work


def undo(images: Generated) -> Work:
    """A hundred undos in an open decision log."""
    write_log(images)()
    ledger = Ledger(DecisionLog(images.folder / "decisions" / "generated.jsonl"), images.checked)
    ledger.lines()

    def work() -> None:
        for _ in range(100):
            ledger.undo("r0")

    return work


def splits(images: Generated) -> Work:
    """A version with train, val and test drawn anew, from a verdict on every tenth image; written and read again."""
    from curation.versions.curate import curate
    from curation.versions.request import VersionRequest
    from curation.versions.rows import CuratedRows

    checked, duplicates, state = images.checked, images.duplicates, _judged(images)
    request = VersionRequest("curated", "ana", shares={"train": 0.8, "val": 0.1, "test": 0.1})

    def work() -> None:
        curated = curate(checked, duplicates, state, request).images
        curated.sha256()
        curated.save(images.folder / "images.npz")
        CuratedRows.load(images.folder / "images.npz", checked.rows.root, checked.rows.classes)

    return work


def diff(images: Generated) -> Work:
    """The differences between the labels as given and after a verdict on every tenth image."""
    from curation.versions.diff import diff_versions, write_changes

    old, new = _versions(images)
    return lambda: write_changes(diff_versions(old, new), images.folder / "changes.csv")


def export_csv(images: Generated) -> Work:
    """The table of an export as CSV; no image is copied."""
    from curation.handover.export import _items
    from curation.handover.exported import Exported
    from curation.handover.formats import FORMATS, write_label_csv

    _, version = _versions(images)
    classes, about = images.checked.rows.classes, {"title": "generated", "licence": ""}

    def work() -> None:
        items = _items(version, FORMATS["csv"])
        write_label_csv(images.folder, Exported("generated", "curated", "", classes, items, about))

    return work


def report(images: Generated) -> Work:
    """The figures and the page of a report, without pictures."""
    from curation.reports.audit.figures import report_figures
    from curation.reports.audit.page import report_page
    from curation.reports.pictures import SuspectPictures
    from curation.review.wrong_labels import wrong_labels_of
    from models.files.atomic import write_json, write_text

    audit, nothing = images.audit, SuspectPictures(None, {})

    def work() -> None:
        wrong = wrong_labels_of(Workspace(images.folder), audit).figures()
        figures = report_figures(audit, "generated", "", wrong)
        write_json(images.folder / "report.json", figures)
        write_text(images.folder / "report.html", report_page(figures, "", lambda _: nothing, lambda _: None))

    return work


def fiftyone(images: Generated) -> Work:
    """The audit written into a FiftyOne dataset."""
    from curation.in_fiftyone.write_audit import write_audit

    audit, workspace = images.audit, Workspace(images.folder)
    return lambda: write_audit(workspace, audit)


def _judged(images: Generated):  # type: ignore[no-untyped-def]
    """Return the state after a verdict on every tenth image."""
    write = DecisionLog(images.folder / "decisions" / "generated.jsonl")
    with write.writing() as writer:
        writer.append(images.decisions(images.n // 10))
    with Ledger(write, images.checked).reading() as state:
        shutil.rmtree(images.folder / "decisions")
        return state


def _versions(images: Generated):  # type: ignore[no-untyped-def]
    """Return the labels as given and a version with a verdict on every tenth image."""
    from curation.versions.curate import curate
    from curation.versions.request import VersionRequest
    from curation.versions.rows import CuratedRows
    from curation.versions.store import Version

    old = CuratedRows.as_given(images.checked, images.duplicates)
    new = curate(images.checked, images.duplicates, _judged(images), VersionRequest("curated", "ana")).images
    return Version("generated", "original", old, {}), Version("generated", "curated", new, {})


STAGES = {
    "scores": Stage(scores),
    "judge, a network": Stage(judge_by_networks),
    "judge, a network and embeddings": Stage(judge),
    "judge, a network and 1,280 columns": Stage(judge_wide),
    "copies": Stage(copies),
    "map": Stage(map_of_all),
    "drawn looks": Stage(drawn_looks),
    "budget": Stage(budget),
    "decision log: write": Stage(write_log),
    "decision log: open": Stage(open_log),
    "decision log: 100 undos": Stage(undo),
    "splits": Stage(splits),
    "diff": Stage(diff),
    "export of the CSV": Stage(export_csv),
    "report": Stage(report),
    "FiftyOne": Stage(fiftyone, needs_database=True),
}
