"""Every kind of file of a workspace, damaged in every way, before every command and screen: one sentence, nothing lost.

The workspace is that of version 0.1, audited again. Kinds and ways are drawn; ERRATA_DAMAGES=1000 tries them all.
"""

import itertools
import os
import random
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st

import curation.audit.projection
import curation.audit.run
from curation.decisions.append_only import torn_file
from curation.decisions.ledger import log_of
from curation.workspace.folders import Workspace
from tests.helpers.app_driver import show
from tests.helpers.reliability import SEED, record, size
from tests.helpers.typed_command import exit_code
from tests.workspaces.ways import DAMAGES, damage, kinds_of_files
from tests.workspaces.whole import NEIGHBOUR, add_the_rest, unpack_older

TRIES = int(os.environ.get("ERRATA_DAMAGES", size(0, 50)))  # of each command and screen
VERSION = "a1"  # made today, and the first of the versions
NAME, RUN = "pictures", "pictures-efficientnet-lite0-e162f83d-s0"
AUDIT = ("--architectures", "efficientnet_lite0", "--folds", "2", "--cams", "1", "--engine", "torch")
COMMANDS: dict[str, tuple[str, ...]] = {
    "issues": (NAME,),
    "diff": (NAME, "original", VERSION),
    "check": (NAME, "--no-leaks", "--max-errors", "50%"),
    "compare": (NAME,),
    "decisions": (NAME,),
    "decisions --undo": (NAME, "--reviewer", "ada"),
    "splits": (NAME,),
    "split": (NAME, "--version", "v7"),
    "sheet": (NAME, "--version", VERSION, "--json", "home/sheet.json"),
    "export": (NAME, "--version", VERSION, "--output", "home/exported"),
    "selections": (NAME,),
    "runs": (),
    "queue": (),
    "clean": ("--dry-run",),
    "doctor": (),
    "report": (NAME, "--html", "home/r.html"),
    "predict": (NAME, "pictures/test/dots/00.png"),
    "audit": ("pictures", *AUDIT),
}
OTHERS = {"issues of another data set": (NEIGHBOUR,), "decisions of another data set": (NEIGHBOUR,)}
_SCREENS = ("dataset", "audit", "map", "errors", "review", "splits", "train", "compare", "report", "predict")
SCREENS = tuple(f"the {name} screen" for name in _SCREENS)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with pictures and a workspace, `home`; nothing is written into FiftyOne, and maps are two columns."""
    folder = tmp_path_factory.mktemp("whole")
    home = unpack_older(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("ERRATA_HOME", str(home))
        patch.setenv("ERRATA_DATA", str(folder / "no data"))
        patch.setattr(curation.audit.run, "write_dataset", lambda *arguments: None)
        patch.setattr(curation.audit.projection, "project", lambda embeddings, *rest: embeddings[:, :2].copy())
        patch.setattr("app.jobs.worker.start_background", lambda *arguments: None)
        assert exit_code("audit", *COMMANDS["audit"]) == 0
        assert exit_code("split", NAME, "--version", VERSION) == 0
        add_the_rest(Workspace(home), NAME, RUN)
        shutil.copytree(home, folder / "kept")
        yield home


def run(use: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Run a command or open a screen; return its exit code and its last sentence."""
    if use in SCREENS:
        st.cache_data.clear()
        st.cache_resource.clear()
        show(NAME, screen=use.split()[1])  # fails where it shows an exception
        return 0, ""
    code = exit_code(*use.split(" of ")[0].split(), *({**COMMANDS, **OTHERS}[use]))
    errors = capsys.readouterr().err.strip()
    return code, errors.splitlines()[-1] if errors else ""


def restore(home: Path) -> None:
    """Bring back what was damaged, and what commands changed or threw away."""
    kept = home.parent / "kept"
    for path in sorted(home.rglob("*"), reverse=True):
        before = kept / path.relative_to(home)
        if not before.exists() and path.is_file() and path.suffix != ".lock":
            path.unlink()
        if not before.exists() and path.is_dir() and not any(path.iterdir()):
            path.rmdir()
    for before in kept.rglob("*"):
        path = home / before.relative_to(kept)
        if before.is_file() and (not path.exists() or stamp(path) != stamp(before)):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            shutil.copy2(before, path)


def stamp(path: Path) -> tuple[int, int]:
    return path.stat().st_mtime_ns, path.stat().st_size


@pytest.mark.faults
@pytest.mark.skipif(not TRIES, reason="minutes; make faults")
@pytest.mark.parametrize("use", [*COMMANDS, *OTHERS, *SCREENS])
def test_every_command_and_screen(whole: Path, use: str, capsys: pytest.CaptureFixture[str]) -> None:
    restore(whole)
    log, kinds = log_of(Workspace(whole), NAME).path, kinds_of_files(whole)
    expected, _ = run(use, capsys)
    assert expected != 2
    went_on = refused = 0
    cases = list(itertools.product(kinds, DAMAGES))
    for kind, way in random.Random(SEED).sample(cases, min(len(cases), TRIES)):
        restore(whole)
        path = kinds[kind]
        if not damage(path, way):
            continue
        decisions = log.read_bytes()
        code, sentence = run(use, capsys)
        case = (kind, way, use, sentence, f"ERRATA_SEED={SEED}")
        whole_lines, torn = decisions[: decisions.rfind(b"\n") + 1], decisions[decisions.rfind(b"\n") + 1 :]
        assert log.read_bytes().startswith(whole_lines), case
        assert torn in log.read_bytes() or torn in torn_file(log).read_bytes(), case  # set aside before a line is added
        if code == expected:
            went_on += 1
            continue
        assert use not in OTHERS, case
        assert code == 2, case
        assert re.search(rf"{re.escape(path.name)}|{re.escape(path.parent.name)}|data set '{NAME}' has", sentence), case
        refused += 1
    fault = f"one file of a workspace damaged, before {use if use in SCREENS else f'`errata {use}`'}"
    if went_on:
        record("Damaged files", fault, went_on, "goes on; what can be made again is made again")
    if refused:
        record("Damaged files", fault, refused, "one sentence that names the file, exit code 2")
