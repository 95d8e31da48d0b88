"""The rooms: small folders, names that do not repeat them, tests that mirror them, and a map that is true."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers import REPOSITORY

PACKAGES = ("app", "curation", "models")
MOST_ENTRIES = 20
NOT_OURS = {"__pycache__"}
GUIDE = (REPOSITORY / "CONTRIBUTING.md").read_text(encoding="utf-8")
ROOMS, TABLE = GUIDE.split("## To change X, touch Y")[0], GUIDE.split("## To change X, touch Y")[1].split("## Rules")[0]
PLACEHOLDERS = {"NAME": "review", "FAMILY": "decisions"}


def folders(*packages: str) -> Iterator[Path]:
    for package in packages:
        for folder in (REPOSITORY / package, *(REPOSITORY / package).rglob("*/")):
            if folder.is_dir() and not NOT_OURS & set(folder.relative_to(REPOSITORY).parts):
                yield folder


def code(*packages: str) -> Iterator[Path]:
    for folder in folders(*packages):
        yield from sorted(folder.glob("*.py"))


def named_paths(text: str) -> list[str]:
    """Return the paths of the tree between backticks; NAME and FAMILY stand for any."""
    paths = re.findall(r"`((?:app|curation|models|tests|docs)/[\w/.]*)`", text)
    return [re.sub("|".join(PLACEHOLDERS), lambda found: PLACEHOLDERS[found[0]], path) for path in paths]


def test_no_folder_has_too_many_entries() -> None:
    for folder in folders(*PACKAGES, "tests"):
        entries = [path.name for path in folder.iterdir() if path.name not in NOT_OURS]
        assert len(entries) <= MOST_ENTRIES or folder == REPOSITORY / "tests" / "data", (folder, len(entries))


def test_no_file_repeats_the_name_of_its_folder() -> None:
    for path in code(*PACKAGES):
        if path.parent.parent != REPOSITORY:
            assert path.parent.name not in (path.stem, *path.stem.split("_")), path


def test_folders_of_tests_mirror_the_tree() -> None:
    """A folder of tests is a folder of code, so that no two files of one base name share a file of tests."""
    for folder in folders("tests"):
        inside = folder.relative_to(REPOSITORY / "tests")
        if inside.parts and inside.parts[0] in PACKAGES:
            assert (REPOSITORY / inside).is_dir(), f"tests/{inside} tests no folder"


@pytest.mark.parametrize("path", sorted(set(named_paths(GUIDE))))
def test_what_the_guide_names_is_there(path: str) -> None:
    assert (REPOSITORY / path).exists()


def test_every_room_is_on_the_map() -> None:
    rooms = {path.strip("/") for path in named_paths(ROOMS)}
    for folder in folders(*PACKAGES):
        inside = folder.relative_to(REPOSITORY)
        if list(folder.glob("*.py")) and len(inside.parts) == 2 and inside != Path("app/screens"):
            assert inside.as_posix() in rooms, f"{inside} is not on the map in CONTRIBUTING.md"
    assert "app/screens/review" in rooms


def test_a_change_touches_three_files_at_most() -> None:
    rows = [line for line in TABLE.splitlines() if line.startswith("| ") and "touch" not in line]
    assert len(rows) > 10
    for row in rows:
        files = re.findall(r"`[\w/]*\.(?:py|js|yml|html)`", row)
        assert len(files) <= 3, row


def test_no_import_leads_in_a_circle() -> None:
    """Also through imports inside functions: a file can be read before those that it imports."""
    modules = {".".join(path.relative_to(REPOSITORY).with_suffix("").parts): path for path in code(*PACKAGES)}
    waiting = {name: _imports(path, modules) for name, path in modules.items()}
    while ready := [name for name, needs in waiting.items() if not needs & waiting.keys()]:
        for name in ready:
            del waiting[name]
    ends = Counter(need for needs in waiting.values() for need in needs if need in waiting)
    assert not waiting, f"a circle among {sorted(ends)}"


def _imports(path: Path, modules: dict[str, Path]) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names & modules.keys()
