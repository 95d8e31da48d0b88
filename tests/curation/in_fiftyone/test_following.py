"""Verdicts given anywhere reach FiftyOne's fields from the end of the log: undone, in batches, by two Apps at once."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from curation.database.names import CURATED, DECISION, dataset_name, label_of
from curation.database.samples import classification, read_samples, samples_of_images, write_samples
from curation.database.store import load_dataset
from curation.decisions.decision import Decision, Reversal
from curation.decisions.ledger import Ledger, log_of
from curation.decisions.state import replay
from curation.in_fiftyone import following
from curation.in_fiftyone.following import DatasetFollower, LogFollower, judged_images
from curation.in_fiftyone.write_audit import write_audit
from curation.results.audit import Audit
from curation.workspace.folders import Workspace
from tests.helpers.chromium import PATIENCE_MS

NAME = "following"
REPOSITORY = Path(__file__).parents[3]
IMAGE, OTHER = "test/sea/0.png", "test/sea/1.png"
Told = list[tuple[str, list[str] | None]]


def test_the_images_of_new_lines() -> None:
    """Of an undo, the image of its decision; nothing of one that takes back nothing."""
    decision = Decision("ana", IMAGE, "keep", label="sea", sha256="0" * 64, id="1", sequence=1, time="2026")
    state = replay([decision])
    assert judged_images(state, [decision, Reversal("undo", "1", "ana"), Reversal("undo", "2", "ana")]) == {IMAGE}


@pytest.fixture
def told() -> Told:
    return []


@pytest.fixture
def follower(mongo_workspace: Workspace, ledger: Ledger, told: Told) -> DatasetFollower:
    return DatasetFollower(
        mongo_workspace, NAME, lambda name, ids: told.append((name, None if ids is None else list(ids)))
    )


def fields(workspace: Workspace) -> dict[str, tuple[str | None, str]]:
    """Return verdict and working label of each image that has a verdict, or another label."""
    samples = read_samples(load_dataset(workspace, dataset_name(NAME)), ("image_id", DECISION, label_of(CURATED)))
    shown = {sample["image_id"]: (sample[DECISION], sample[label_of(CURATED)]) for sample in samples.values()}
    return {name: got for name, got in shown.items() if got[0] or got[1] != name.split("/")[1]}


def wait_for(met: Callable[[], bool]) -> None:
    for _ in range(PATIENCE_MS // 50):
        if met():
            return
        time.sleep(0.05)
    raise AssertionError("it did not come")


@pytest.mark.mongo
def test_verdicts_before_and_after_the_start(
    mongo_workspace: Workspace, ledger: Ledger, follower: DatasetFollower, told: Told
) -> None:
    ledger.decide(Decision("ana", IMAGE, "relabel", ("forest",)))  # while no App was running
    follower.step()
    assert fields(mongo_workspace) == {IMAGE: ("relabel", "forest")}
    assert told == [("errata-following", None)]
    ledger.decide(*(Decision("ben", name, "exclude") for name in ledger.rows.image_ids.tolist()[-24:]))
    follower.step()
    follower.step()
    assert sum(decision == "exclude" for decision, _ in fields(mongo_workspace).values()) == 24
    assert [len(ids or ()) for _, ids in told[1:]] == [24]
    ledger.undo("ben")
    follower.step()
    assert fields(mongo_workspace) == {IMAGE: ("relabel", "forest")}
    ledger.redo("ben")
    ledger.undo("ben")
    ledger.undo("ana")
    follower.step()
    assert fields(mongo_workspace) == {}
    dataset = load_dataset(mongo_workspace, "errata-following")
    assert samples_of_images(dataset, [IMAGE, "gone.png"])[0] in (told[-1][1] or ())


@pytest.mark.mongo
def test_an_edit_that_is_no_decision_yet_stays(
    mongo_workspace: Workspace, ledger: Ledger, follower: DatasetFollower
) -> None:
    """`errata sync`, or the end of the App, makes a decision of it."""
    dataset = load_dataset(mongo_workspace, "errata-following")
    write_samples(
        dataset, {sample: {CURATED: classification("street")} for sample in samples_of_images(dataset, [IMAGE])}
    )
    ledger.decide(Decision("ana", IMAGE, "relabel", ("forest",)), Decision("ana", OTHER, "keep"))
    follower.step()
    assert fields(mongo_workspace) == {IMAGE: (None, "street"), OTHER: ("keep", "sea")}


@pytest.mark.mongo
def test_another_log_and_another_dataset(
    mongo_workspace: Workspace, ledger: Ledger, audit: Audit, follower: DatasetFollower, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "_LOOK_S", 0.0)
    ledger.decide(Decision("ana", IMAGE, "exclude"))
    follower.step()
    ledger.log.path.unlink()
    follower.step()
    assert fields(mongo_workspace) == {}
    write_audit(mongo_workspace, audit)  # as `errata rebuild` does, while a verdict comes
    again = Ledger(log_of(mongo_workspace, NAME), audit.checked)
    again.decide(Decision("ana", OTHER, "exclude"))
    follower.step()
    assert fields(mongo_workspace) == {OTHER: ("exclude", "sea")}


@pytest.fixture
def two_apps(mongo_workspace: Workspace, ledger: Ledger) -> Iterator[None]:
    followers = [LogFollower(mongo_workspace), LogFollower(mongo_workspace)]
    for follower in followers:
        follower.start()
    yield
    for follower in followers:
        follower.stop()


@pytest.mark.mongo
@pytest.mark.usefixtures("two_apps")
def test_two_apps_end_with_what_the_log_says(mongo_workspace: Workspace, ledger: Ledger) -> None:
    for number in range(40):  # faster than anybody looks, so that the Apps read different states
        if number % 3 == 2:
            ledger.undo("ana")
        else:
            ledger.decide(Decision("ana", IMAGE, "relabel", (("forest", "street")[number % 2],)))
        time.sleep(0.01)
    ledger.decide(Decision("ana", OTHER, "unsure"))
    with ledger.reading() as state:
        last = state.verdicts(IMAGE)["ana"]
    wanted = {IMAGE: ("relabel", last.new_labels[0]), OTHER: ("unsure", "sea")}
    wait_for(lambda: fields(mongo_workspace) == wanted)


KILLED = """
import sys, time
from pathlib import Path
from curation.database.mongod import running_server
from curation.database.samples import read_samples
from curation.database.store import load_dataset
from curation.decisions.decision import Decision
from curation.decisions.ledger import Ledger, log_of
from curation.in_fiftyone.following import LogFollower
from curation.in_fiftyone.write_audit import write_audit
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from tests.helpers.small_audit import small_audit
workspace = Workspace(Path(sys.argv[1]))
audit = small_audit(workspace, cams=0)
write_audit(workspace, audit)
follower, ledger = LogFollower(workspace), Ledger(log_of(workspace, "tiny"), audit.checked)
follower.start()
def judged():
    for _ in range(300):
        try:
            samples = read_samples(load_dataset(workspace, "errata-tiny"), ("image_id", "decision"))
        except ErrataError:
            samples = {}
        if found := sorted(sample["image_id"] for sample in samples.values() if sample["decision"] == "exclude"):
            if len(found) == ledger.lines():
                return found
        time.sleep(0.1)
ledger.decide(Decision("ana", "test/sea/0.png", "exclude"))
print(judged())
server = running_server(workspace.database)
server.kill()
server.wait(10)
ledger.decide(Decision("ana", "test/sea/1.png", "exclude"))
print(judged())
follower.stop()
"""


@pytest.mark.mongo
def test_a_database_that_is_killed_is_started_again_and_catches_up(own_workspace: Workspace) -> None:
    run = subprocess.run(
        [sys.executable, "-c", KILLED, str(own_workspace.root)],
        cwd=REPOSITORY, capture_output=True, text=True,
    )  # fmt: skip
    assert run.stdout.splitlines() == ["['test/sea/0.png']", "['test/sea/0.png', 'test/sea/1.png']"], run.stderr
