"""Commands on a disk that is full: `python -m tests.faults.full_disk PLACE BYTES TRIES SEED COMMAND…`.

Runs in a mount namespace of its own, where PLACE becomes a small disk in memory (see `small_disk`). Each try leaves the
command a random part of the bytes that it writes, expects one sentence, frees the space and expects the same command
to end with the files of a run that nothing disturbed. Draws until that many tries have met the full disk, and prints
how many did.
"""

import io
import os
import random
import shutil
import subprocess
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from curation.database.start import stop_database
from curation.decisions.decision import Decision
from curation.decisions.ledger import log_of, open_ledger
from curation.handover.sheet import errata_sheet, write_sheet
from curation.versions.make import make_version
from curation.versions.request import VersionRequest
from curation.versions.store import load_version
from curation.workspace.folders import Workspace
from tests.faults.test_kills import contents, differing
from tests.helpers import REPOSITORY
from tests.helpers.drawn_folder import draw_folder
from tests.helpers.small_audit import small_audit

SENTENCES = ("No space left on device", "the disk is full")
DRAWS = 8  # for each try: what a database takes at first it may do without
DECIDE = "decide"  # no command: verdicts, as every screen gives them


def may_mount() -> bool:
    """Return whether this user may make a small disk of memory."""
    if shutil.which("unshare") is None:
        return False
    command = ["unshare", "-Urm", "mount", "-t", "tmpfs", "-o", "size=1m", "none", "/mnt"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def on_small_disk(place: Path, size_mb: int, tries: int, seed: int, *command: str) -> str:
    """Run this module on a disk of so many MB; return what it printed."""
    place.mkdir()
    mount = f'mount -t tmpfs -o size={size_mb}m none "$0" && exec "$@"'
    program = [sys.executable, "-m", "tests.faults.full_disk", str(place), str(tries), str(seed), *command]
    run = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", mount, str(place), *program],
        cwd=REPOSITORY, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-6000:]
    return run.stdout


def prepare(home: Path) -> None:
    """Write an audited workspace with two verdicts, the version v1 and its sheet."""
    workspace = Workspace(home)
    small_audit(workspace, cams=0)
    ledger = open_ledger(workspace, "tiny")
    ledger.decide(Decision("ana", "test/sea/0.png", "relabel", ("forest",)))
    ledger.decide(Decision("ana", "train/street/1.png", "relabel", ("sea",)))
    make_version(workspace, "tiny", VersionRequest("v1"))
    write_sheet(errata_sheet(workspace, load_version(workspace, "tiny", "v1")), home / "sheet.json")


def command_code(home: Path, command: Sequence[str]) -> tuple[int, str]:
    """Run `errata` in a process of its own; return its exit code and errors."""
    read, write = os.pipe()
    if (process := os.fork()) == 0:
        os.close(read)
        os.dup2(write, 2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.stdout, sys.stderr = io.TextIOWrapper(io.FileIO(1, "w")), io.TextIOWrapper(io.FileIO(2, "w"))
        code = 3
        try:
            code = _run(home, command)
        except BaseException:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    os.close(write)
    with os.fdopen(read, encoding="utf-8") as errors:
        text = errors.read()
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), text


def _run(home: Path, command: Sequence[str]) -> int:
    import curation.audit.projection
    from app.cli import main
    from models.errors import ErrataError

    # UMAP would compile for 20 s in every process.
    curation.audit.projection.project = lambda embeddings, seed, neighbours=15: embeddings[:, :2].copy()
    os.environ["ERRATA_HOME"] = str(home)
    if command[0] == DECIDE:
        try:
            _decide(Workspace(home))
        except ErrataError as error:
            sys.stderr.write(f"errata: {error}\n")
            return 2
        return 0
    sys.argv = ["errata", *command]
    try:
        main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def _decide(workspace: Workspace) -> None:
    """Judge every image that Ana has not judged, one after the other; each verdict is in the log once."""
    ledger = open_ledger(workspace, "tiny")
    log = log_of(workspace, "tiny")
    judged = {entry.image_id for _, entry in log.read().entries if isinstance(entry, Decision)}
    for image_id in ledger.rows.image_ids.tolist():
        if image_id not in judged:
            ledger.decide(Decision("ana", image_id, "keep"))
    page = log.read()
    written = [entry.image_id for _, entry in page.entries if isinstance(entry, Decision)]
    assert sorted(written) == sorted(ledger.rows.image_ids.tolist())
    assert (page.problems, page.torn) == ((), "")


def fill(place: Path, left: int) -> None:
    """Leave so many bytes free on the disk."""
    status = os.statvfs(place)
    with (place / "ballast").open("wb") as file:
        size = max(0, status.f_bavail * status.f_frsize - left)
        if size:
            os.posix_fallocate(file.fileno(), 0, size)


def used(place: Path) -> int:
    """Return how many bytes are taken."""
    status = os.statvfs(place)
    return (status.f_blocks - status.f_bavail) * status.f_frsize


def main(arguments: Sequence[str]) -> None:
    place, tries, randomly = Path(arguments[0]), int(arguments[1]), random.Random(int(arguments[2]))
    home, kept = place / "home", place / "kept"
    command = [part.replace("PLACE", str(place)) for part in arguments[3:]]
    if command[0] == "audit":
        draw_folder(place / "few", train=4, test=2)
        kept.mkdir()
    else:
        prepare(home)
        shutil.move(home, kept)

    def restored() -> None:
        stop_database(Workspace(home))
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(kept, home)

    restored()
    before = used(place)
    code, errors = command_code(home, command)
    assert code == 0, errors
    takes, expected = used(place) - before, contents(home)
    restored()
    command_code(home, command)
    again = contents(home)
    expected = {path: sha256 if again.get(path) == sha256 else "" for path, sha256 in expected.items()}
    met = 0
    for _ in range(DRAWS * tries):
        if met == tries:
            break
        restored()
        left = randomly.randrange(0, takes)
        fill(place, left)
        code, errors = command_code(home, command)
        sentences = [line for line in errors.splitlines() if line.startswith("errata: ")]
        if code != 0:
            met += 1
            assert (code, len(sentences)) == (2, 1), (left, takes, code, errors)
            assert "Traceback" not in errors, errors
            assert any(sentence in sentences[0] for sentence in SENTENCES), (left, takes, sentences)
        (place / "ballast").unlink()
        if code != 0:
            code, errors = command_code(home, command)
            assert code == 0, (left, takes, errors)
        assert differing(home, expected) == [], (left, takes)
    stop_database(Workspace(home))
    print(met)


if __name__ == "__main__":
    main(sys.argv[1:])
