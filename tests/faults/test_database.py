"""The database dies, or cannot start: verdicts go on, the dataset catches up, one sentence says what to do."""

import random
import re
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from curation.database import mongod
from curation.database.mongod import running_server
from curation.database.names import CURATED, DECISION, dataset_name, label_of
from curation.database.samples import read_samples
from curation.database.start import ensure_database, stop_database
from curation.database.store import load_dataset
from curation.decisions.decision import Decision
from curation.decisions.ledger import Ledger, open_ledger
from curation.in_fiftyone.following import LogFollower
from curation.in_fiftyone.mirror import write_decisions
from curation.in_fiftyone.write_audit import write_audit
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from tests.faults.full_disk import may_mount
from tests.helpers import REPOSITORY
from tests.helpers.chromium import PATIENCE_MS
from tests.helpers.reliability import SEED, record, size
from tests.helpers.small_audit import small_audit

pytestmark = [pytest.mark.mongo, pytest.mark.faults, pytest.mark.timeout(1800)]
NAME = "dying"
START = "import sys; from pathlib import Path; from curation.workspace.folders import Workspace; "
START += "from curation.database.start import ensure_database; ensure_database(Workspace(Path(sys.argv[1])))"


@pytest.fixture(scope="module")
def ledger(mongo_workspace: Workspace) -> Ledger:
    """The review of a small audit that is in FiftyOne."""
    write_audit(mongo_workspace, small_audit(mongo_workspace, NAME, cams=0))
    return open_ledger(mongo_workspace, NAME)


def shown(workspace: Workspace) -> dict[str, str]:
    """Return the working label of each image that FiftyOne shows as judged."""
    with suppress(ErrataError, Exception):
        samples = read_samples(load_dataset(workspace, dataset_name(NAME)), ("image_id", DECISION, label_of(CURATED)))
        return {s["image_id"]: str(s[label_of(CURATED)]) for s in samples.values() if s[DECISION]}
    return {}


def wanted(ledger: Ledger) -> dict[str, str]:
    """Return the same as the decision log has it."""
    with ledger.reading() as state:
        verdicts = {image_id: state.verdict(image_id) for image_id in state.images()}
    return {image_id: verdict.labels[0] for image_id, verdict in verdicts.items() if verdict}


def kill_server(workspace: Workspace) -> None:
    server = running_server(workspace.database)
    if server is not None:
        server.kill()
        server.wait(10)


def some_verdict(ledger: Ledger, randomly: random.Random) -> Decision:
    row = randomly.randrange(len(ledger.rows))
    image_id, given = str(ledger.rows.image_ids[row]), ledger.rows.classes[int(ledger.rows.labels[row])]
    label = randomly.choice(ledger.rows.classes)
    if label == given:
        return Decision("ana", image_id, "keep")
    return Decision("ana", image_id, "relabel", (label,))


def test_killed_during_a_review(mongo_workspace: Workspace, ledger: Ledger) -> None:
    kills, randomly = size(1, 20), random.Random(SEED)
    follower = LogFollower(mongo_workspace)
    follower.start()
    try:
        for _ in range(kills):
            ensure_database(mongo_workspace)
            timer = threading.Timer(randomly.uniform(0, 0.3), kill_server, [mongo_workspace])
            timer.start()
            for _ in range(10):
                ledger.decide(some_verdict(ledger, randomly))  # needs no database
                time.sleep(0.03)
            timer.join()
            expected = wanted(ledger)
            for _ in range(PATIENCE_MS // 100):
                if shown(mongo_workspace) == expected:
                    break
                time.sleep(0.1)
            assert shown(mongo_workspace) == expected, f"ERRATA_SEED={SEED}"
    finally:
        follower.stop()
    outcome = "every verdict is kept; the database is started again and FiftyOne shows all verdicts"
    record("Faults", "MongoDB killed while verdicts are given", kills, outcome)


def test_killed_while_fields_are_written(mongo_workspace: Workspace, ledger: Ledger) -> None:
    kills, randomly = size(2, 40), random.Random(SEED)
    for _ in range(kills):
        ensure_database(mongo_workspace)
        dataset = load_dataset(mongo_workspace, dataset_name(NAME))
        for _ in range(10):
            ledger.decide(some_verdict(ledger, randomly))
        timer = threading.Timer(randomly.uniform(0, 0.02), kill_server, [mongo_workspace])
        timer.start()
        with suppress(ErrataError):  # in one sentence, where it is noticed
            write_decisions(dataset, ledger)
        timer.join()
        ensure_database(mongo_workspace)
        write_decisions(load_dataset(mongo_workspace, dataset_name(NAME)), ledger)
        assert shown(mongo_workspace) == wanted(ledger), f"ERRATA_SEED={SEED}"
    outcome = "one sentence where it is noticed; written again, FiftyOne shows all verdicts"
    record("Faults", "MongoDB killed while verdicts are written into FiftyOne", kills, outcome)


def test_files_of_a_newer_version(own_workspace: Workspace) -> None:
    ensure_database(own_workspace)
    stop_database(own_workspace)
    turtle = own_workspace.database / "data" / "WiredTiger.turtle"
    text = turtle.read_text()
    turtle.write_text(re.sub(r"major=\d+", "major=99", text))
    with pytest.raises(ErrataError, match=r"MongoDB server in .* ended at once: .*mongod\.log") as refused:
        ensure_database(own_workspace)
    assert "version" in str(refused.value)
    assert "\n" not in str(refused.value)
    turtle.write_text(text)
    assert ensure_database(own_workspace)
    record("Faults", "MongoDB's files of a newer version", 1, "one sentence; with its own files back it starts")


def test_a_socket_that_another_program_has(own_workspace: Workspace) -> None:
    path = mongod._socket(own_workspace.database.resolve())
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))
        other.listen()
        uri = ensure_database(own_workspace)
        assert mongod.answers(uri, 5)
    record("Faults", "MongoDB's socket file taken", 1, "the server takes the file of its own folder and answers")


@pytest.mark.skipif(
    not may_mount(),
    reason="nothing can be mounted here",
)
def test_a_folder_that_is_read_only(tmp_path: Path) -> None:
    folder = tmp_path / "workspace"
    folder.mkdir()
    mount = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
    program = START.replace("ensure_database(Workspace", "print(ensure_database(Workspace", 1) + ")"
    program = f"from models.errors import ErrataError\ntry:\n exec({program!r})\nexcept ErrataError as e:\n print(e)"
    command = ["unshare", "-Urm", "sh", "-c", mount, str(folder), sys.executable, "-c", program, str(folder)]
    run = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert "Read-only file system; set ERRATA_HOME to a folder you own" in run.stdout, run.stdout + run.stderr
    assert "Traceback" not in run.stderr
    record("Faults", "the database's folder on a read-only disk", 1, "one sentence")
