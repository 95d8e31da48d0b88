"""The steps of an audit, from its run folder."""

import time
from pathlib import Path

import pytest

from app.jobs.process import JobState, watch
from app.panels.running.audit_steps import AuditStep, audit_steps
from models.files.atomic import write_json
from tests.helpers.small_audit import ARCHITECTURES, write_status


@pytest.mark.parametrize("state", ["none", "starting", "finished", "failed", "cancelled", "interrupted"])
def test_no_steps_unless_running(tmp_path: Path, state: str) -> None:
    assert audit_steps(tmp_path, JobState(state)) == ()


def test_the_first_step_is_the_start(tmp_path: Path) -> None:
    write_json(tmp_path / "config.json", {"architectures": list(ARCHITECTURES)})
    assert audit_steps(tmp_path, JobState("running", stage="starting")) == (AuditStep("Start", "now"),)


def test_steps_stand_in_their_order_with_their_seconds(tmp_path: Path) -> None:
    write_json(tmp_path / "config.json", {"architectures": list(ARCHITECTURES)})
    record = {"name": "", "key": "k", "seconds": 3.0, "peak_mb": 1.0, "reused": False}
    stages = ("images", "problems", "duplicates", f"features {ARCHITECTURES[0]}", f"train {ARCHITECTURES[0]}", "report")
    write_json(tmp_path / "stages.json", {name: {**record, "name": name} for name in stages})
    write_status(tmp_path, "running", f"pixels {ARCHITECTURES[1]}", 1, 2)
    steps = audit_steps(tmp_path, watch(tmp_path))
    assert [step.name.split()[0] for step in steps] == [
        "Read", "Look", "Features", "Find", "Train", "Pixels", "Train", "Judge", "Map", "Map", "Grad-CAM", "Grad-CAM",
        "Write", "Write",
    ]  # fmt: skip
    assert [step.state for step in steps] == ["done"] * 5 + ["now"] + ["waiting"] * 8
    assert [step.seconds for step in steps] == [3.0] * 5 + [0.0] * 9  # the report's are of an earlier audit
    assert [step.share for step in steps] == [1.0] * 5 + [0.5] + [0.0] * 8


def test_the_time_that_is_left_is_that_of_the_step_under_way(tmp_path: Path) -> None:
    write_json(tmp_path / "config.json", {"architectures": list(ARCHITECTURES)})
    record = {"name": "images", "key": "k", "seconds": 3.0, "peak_mb": 1.0, "reused": False}
    write_json(tmp_path / "stages.json", {"images": record})
    began = time.time() - 30
    progress = JobState("running", began - 100, "duplicates", 3, 4, began=began)
    now = next(step for step in audit_steps(tmp_path, progress) if step.state == "now")
    assert now.share == 0.75
    assert now.left == pytest.approx(10, abs=1)  # 30 s for three quarters
    first = JobState("running", time.time(), "duplicates", 1, 100, began=time.time())
    assert next(step for step in audit_steps(tmp_path, first) if step.state == "now").left == 0  # too early to tell


def test_an_audit_that_chooses_shows_what_it_looks_at_and_trains_what_it_chose(tmp_path: Path) -> None:
    write_json(tmp_path / "config.json", {"architectures": ["auto"]})
    record = {"name": "", "key": "k", "seconds": 3.0, "peak_mb": 1.0, "reused": False}
    first, small = ARCHITECTURES
    stages = ("images", "problems", f"features {first}", "duplicates", f"choose {first}", f"train {first}")
    write_json(tmp_path / "stages.json", {name: {**record, "name": name} for name in (*stages, f"choose {small}")})
    write_status(tmp_path, "running", f"choose {first}@finetuned", 1, 2)
    steps = audit_steps(tmp_path, watch(tmp_path))
    assert [step.name for step in steps if step.state == "done"][-3:] == [
        f"Decide on {first}", f"Train {first}", f"Decide on {small}",
    ]  # fmt: skip
    assert [step.name for step in steps if step.state == "now"] == [f"Decide on {first}@finetuned"]
    assert f"Train {small}" not in [step.name for step in steps]  # it was left out
    write_json(tmp_path / "config.json", {"architectures": list(ARCHITECTURES)})
    write_status(tmp_path, "running", "compare voters", 0, 0)
    assert [step.name for step in audit_steps(tmp_path, watch(tmp_path)) if step.state == "now"] == [
        "Compare the voters"
    ]
