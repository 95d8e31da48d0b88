"""How long an audit still takes: prices on two idle cores, corrected by what was measured so far."""

from pathlib import Path

import pytest

from app.jobs.process import JobState
from app.panels.running.audit_time import audit_seconds_left, price
from curation.workspace.stages import StageRecord

SMALL, FROZEN = "simple_cnn_norm_dropout", "efficientnet_lite0"
PLAN = ["images", f"features {FROZEN}", f"train {SMALL}", "judge", "report"]
IMAGES, FOLDS, NOW = 2_400, 5, 1_000.0


def left(stage: str, done: int, total: int, began: float, seconds: dict[str, float], until: str = "report") -> float:
    state = JobState("running", 0.0, stage, done, total, began=began)
    records = {name: StageRecord(name, "k", value, 1.0, reused=False) for name, value in seconds.items()}
    return audit_seconds_left(Path("none"), PLAN, state, records, FOLDS, until, NOW)


def priced(*stages: str) -> float:
    return sum(price(stage, IMAGES, FOLDS) for stage in stages)


def test_a_machine_that_is_three_times_slower_takes_three_times_as_long() -> None:
    usual = {stage: priced(stage) for stage in PLAN[:2]}
    at_start = left(PLAN[2], 0, 0, NOW, usual)
    assert at_start == pytest.approx(priced(*PLAN[2:]))
    slow = left(PLAN[2], 0, 0, NOW, {stage: 3 * seconds for stage, seconds in usual.items()})
    assert 2 * at_start < slow < 3 * at_start  # the prices count a little, too


def test_a_stage_under_way_is_told_by_its_speed() -> None:
    usual = {stage: priced(stage) for stage in PLAN[:2]}
    half = priced(PLAN[2]) / 2
    assert left(PLAN[2], 1_200, 2_400, NOW - half, usual) == pytest.approx(half + priced("judge", "report"))
    assert left(PLAN[2], 1_200, 2_400, NOW - half, usual, "judge") == pytest.approx(half + priced("judge"))
    slow = left(PLAN[2], 1_200, 2_400, NOW - 10 * half, usual)
    assert 10 * half + 5 * priced("judge", "report") < slow < 10 * (half + priced("judge", "report"))
    assert left("report", 0, 0, NOW, usual, "judge") == 0


def test_what_was_done_before_and_has_not_changed_takes_no_time() -> None:
    records = {name: StageRecord(name, "k", 60.0, 1.0, reused=True) for name in PLAN}
    state = JobState("running", 0.0, PLAN[1], 0, 0, began=NOW)
    again = audit_seconds_left(Path("none"), PLAN, state, records, FOLDS, now=NOW)
    assert again == pytest.approx(priced(PLAN[1]) + 3 * 0.2)


def test_larger_networks_and_more_folds_cost_more() -> None:
    assert price("train resnet18@finetuned", IMAGES, FOLDS) > 5 * price(f"train {SMALL}", IMAGES, FOLDS)
    assert price(f"train {SMALL}", IMAGES, 9) > 1.5 * price(f"train {SMALL}", IMAGES, 5)
    assert price("train ensemble", IMAGES, FOLDS) < price(f"train {FROZEN}", IMAGES, FOLDS) < 10
