"""The number of wrong labels is the same on every screen, in every command and page, before and after verdicts."""

import re
from pathlib import Path

import pytest

from curation.decisions.decision import Decision
from curation.decisions.ledger import open_ledger
from curation.decisions.reviewer import keep_reviewer
from curation.handover.report import write_share_report
from curation.in_fiftyone.review_plugin.standing import standing_lines
from curation.results.audit import Audit
from curation.review.bench import open_bench
from curation.review.wrong_labels import WrongLabels, wrong_labels_of
from curation.workspace.folders import Workspace
from tests.helpers.app_driver import ran, show, shown
from tests.helpers.html_page import Page
from tests.helpers.small_audit import WRONG
from tests.helpers.typed_command import exit_code

FIGURES = r"<b>([^<]*)</b><span>(wrong labels[^<]*)"  # of a line of numbers


def test_before_and_after_verdicts(
    workspace: Workspace, audit: Audit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keep_reviewer(workspace, "ana")
    before = wrong_labels_of(workspace, audit)
    assert (before.figure, before.name) == ("about 2", "wrong labels, by the models")
    check_everywhere(workspace, audit, before, tmp_path, capsys)
    judge(workspace, audit, 24)
    after = wrong_labels_of(workspace, audit)
    assert after.name == "wrong labels, by the review"
    assert after.figure != before.figure
    check_everywhere(workspace, audit, after, tmp_path, capsys)


def check_everywhere(
    workspace: Workspace, audit: Audit, wrong: WrongLabels, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Open every place that states the number of wrong labels of a whole data set."""
    sentence = wrong.sentence()[1:]  # its first letter may be a capital
    for screen in ("audit", "dataset"):
        assert re.findall(FIGURES, shown(show(screen=screen))) == [(wrong.figure, wrong.name)], screen
    for query in (
        {"screen": "errors", "errors": "class pairs"},
        {"screen": "review", "split": "all", "reviewer": "ana"},
    ):
        assert sentence in shown(show(**query)), query
    if wrong.judged:
        splits = show(screen="splits")
        splits.segmented_control(key="splits.of").set_value("all")
        assert sentence in shown(ran(splits))
    assert sentence in Page(report(workspace, folder)).text
    assert exit_code("issues", audit.name, "--csv", folder / "issues.csv") == 0
    assert sentence in capsys.readouterr().err
    assert exit_code("check", audit.name, "--max-errors", "0%") == 1
    assert f"({wrong.number:,} of 30 images, {wrong.source}" in capsys.readouterr().out
    in_fiftyone = standing_lines(open_bench(workspace, audit.name, audit), "ana", "all")
    assert sentence in " ".join(in_fiftyone)


def judge(workspace: Workspace, audit: Audit, looks: int) -> None:
    """Judge the first images of the queue of all splits, as a reviewer who is always right."""
    queue = open_bench(workspace, audit.name, audit).queue("all", "suspicion")
    names = audit.rows.image_ids[queue.rows[:looks]].tolist()
    open_ledger(workspace, audit.name).decide(
        *(
            Decision(
                "ana", name, "relabel" if name in WRONG else "keep", (WRONG[name],) if name in WRONG else (),
                queue="all: suspicion", rank=rank, drawn=drawn, inclusion=0.5 if drawn else None,
            )
            for rank, (name, drawn) in enumerate(zip(names, queue.drawn.tolist(), strict=False), 1)
        )
    )  # fmt: skip


def report(workspace: Workspace, folder: Path) -> str:
    write_share_report(workspace, "tiny", folder / "report.html", None, lambda *_: None)
    return (folder / "report.html").read_text(encoding="utf-8")
