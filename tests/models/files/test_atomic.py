"""Files are whole or absent."""

import math
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ErrataError
from models.files.atomic import atomic, checked_name, digest, write_json, write_text
from tests.helpers.json_file import read_json
from tests.helpers.nobody import folder_of_nobody


def test_written_whole_with_folders_made_and_nothing_left_beside(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "text.txt"
    write_text(path, "Gletscher, 氷河\n")
    assert path.read_text(encoding="utf-8") == "Gletscher, 氷河\n"
    assert list(path.parent.iterdir()) == [path]
    assert path.stat().st_mode & 0o777 == 0o644


def test_a_failure_inside_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    write_json(path, {"n": 1})

    def fail(temporary: Path) -> None:
        temporary.write_text("half")
        raise KeyError

    with pytest.raises(KeyError), atomic(path) as temporary:
        fail(temporary)
    assert read_json(path) == {"n": 1}
    assert list(tmp_path.iterdir()) == [path]


def test_readers_never_see_half_a_file(tmp_path: Path) -> None:
    path, stop, seen = tmp_path / "status.json", threading.Event(), set[int]()
    write_json(path, list(range(2000)))

    def read() -> None:
        while not stop.is_set():
            seen.add(len(read_json(path)))

    reader = threading.Thread(target=read)
    reader.start()
    for size in (10, 5000) * 20:
        write_json(path, list(range(size)))
    stop.set()
    reader.join()
    assert seen <= {10, 2000, 5000}


def test_a_full_disk_is_one_sentence_and_keeps_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    write_json(path, 1)
    sentence = r"cannot write .*figures\.json: No space left on device; free some space"
    with pytest.raises(ErrataError, match=sentence), atomic(path):
        raise OSError(28, "No space left on device")
    assert read_json(path) == 1
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_where_a_folder_should_be_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("")
    with pytest.raises(ErrataError, match=r"cannot write .*; free some space or choose another ERRATA_HOME"):
        write_text(tmp_path / "runs" / "x" / "config.json", "{}")


def test_a_folder_where_a_file_should_be_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(ErrataError, match=r"cannot write .*/out: Is a directory; name a file$"):
        write_text(tmp_path / "out", "{}")


def test_no_permission_is_one_sentence() -> None:
    with folder_of_nobody() as folder:
        (folder / "locked").mkdir(mode=0o500)
        with pytest.raises(ErrataError, match=f"cannot write {folder}/locked/x.json: Permission denied"):
            write_text(folder / "locked" / "x.json", "{}")


def test_json_is_sorted_indented_and_refuses_nan(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    write_json(path, {"b": 1, "a": "é"})
    assert path.read_text(encoding="utf-8") == '{\n  "a": "é",\n  "b": 1\n}\n'
    with pytest.raises(ValueError, match="Out of range float"):
        write_json(path, {"a": math.nan})
    assert read_json(path) == {"a": "é", "b": 1}


def test_digest_depends_on_values_and_order_of_parts_but_not_of_keys() -> None:
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    assert len({digest("a", "b"), digest("b", "a"), digest("ab"), digest(["a", "b"]), digest("a", "b", None)}) == 5
    assert len(digest(1)) == 16
    assert int(digest(1), 16) >= 0
    with pytest.raises(ValueError, match="Out of range float"):
        digest(math.nan)


@pytest.mark.parametrize("name", ["a", "0", "intel-glacier_mountain", "x" * 64])
def test_good_names(name: str) -> None:
    assert checked_name("run", name) == name


@pytest.mark.parametrize("name", ["", ".", "..", "-a", "_a", "A", "a/b", "a\\b", "a b", "a\n", "é", "x" * 65, "a\0"])
def test_names_that_could_leave_their_folder_are_refused(name: str) -> None:
    with pytest.raises(ErrataError, match=r"^run .* is not a name: use up to 64 of"):
        checked_name("run", name)


@given(st.text())
def test_a_checked_name_stays_in_its_folder(name: str) -> None:
    try:
        checked_name("run", name)
    except ErrataError:
        return
    assert (Path("/runs") / name).resolve().parent == Path("/runs")


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner)))
def test_json_round_trip(tmp_path_factory: pytest.TempPathFactory, value: object) -> None:
    path = tmp_path_factory.getbasetemp() / "round.json"
    write_json(path, value)
    assert read_json(path) == value
