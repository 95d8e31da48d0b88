"""Pairs of pictures are compared once: for the same images, for some of them, and for some with new ones."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.images.compared_pairs import ComparedPairs, Contents
from models.arrays import BoolArray, IntArray

PICTURE = {"a": 0, "b": 1, "c": 0, "d": 2, "e": 1, "f": 0}  # what each content shows


class Comparing:
    """Compares contents by what they show, and counts."""

    def __init__(self, folder: Path):
        self.kept = ComparedPairs(folder, "a net")
        self.compared: list[str] = []
        self.proposed = 0

    def alike(self, names: str, proposed_by: str = "a net") -> set[str]:
        """Return the pairs of contents that show the same picture, with all pairs proposed."""
        contents = np.array(sorted(names), np.str_)
        kept = ComparedPairs(self.kept.folder, proposed_by)
        pairs = kept.alike(contents, lambda: self._all_pairs(len(contents)), self._comparing(contents))
        return {"".join(contents[pair]) for pair in pairs}

    def _all_pairs(self, n: int) -> IntArray:
        self.proposed += 1
        return np.argwhere(np.triu(np.ones((n, n), bool), 1))

    def _comparing(self, contents: Contents) -> Callable[[IntArray], BoolArray]:
        def compare(pairs: IntArray) -> BoolArray:
            self.compared += ["".join(contents[pair]) for pair in pairs]
            shown = np.array([PICTURE[name] for name in contents.tolist()], np.int64)
            return np.asarray(shown[pairs[:, 0]] == shown[pairs[:, 1]])

        return compare


@pytest.fixture
def comparing(tmp_path: Path) -> Comparing:
    return Comparing(tmp_path / "copies")


def test_the_same_images_are_neither_proposed_nor_compared_again(comparing: Comparing) -> None:
    assert comparing.alike("abc") == {"ac"}
    assert sorted(comparing.compared) == ["ab", "ac", "bc"]
    assert comparing.alike("cab") == {"ac"}  # in another order
    assert (comparing.proposed, len(comparing.compared)) == (1, 3)


def test_what_another_net_proposes_is_compared_only_where_it_is_new(comparing: Comparing) -> None:
    comparing.alike("abc")
    assert comparing.alike("abc", "another net") == {"ac"}
    assert (comparing.proposed, len(comparing.compared)) == (2, 3)


def test_of_overlapping_images_only_the_new_pairs_are_compared(comparing: Comparing) -> None:
    comparing.alike("abcd")
    comparing.compared.clear()
    assert comparing.alike("acd") == {"ac"}  # some were left out
    assert comparing.compared == []
    assert comparing.alike("acdf") == {"ac", "af", "cf"}  # a new one came
    assert sorted(comparing.compared) == ["af", "cf", "df"]
    comparing.compared.clear()
    assert comparing.alike("bcef") == {"be", "cf"}  # pairs known from two sets
    assert sorted(comparing.compared) == ["be", "bf", "ce", "ef"]


@pytest.mark.parametrize("names", ["", "a"])
def test_too_few_images_for_a_pair(comparing: Comparing, names: str) -> None:
    comparing.alike("abc")
    assert comparing.alike(names) == set()


@pytest.mark.parametrize("content", [None, b"", b"\xff", b"a\n", b"PK"])
@pytest.mark.parametrize("file", ["pairs.npz", "sha256s.txt"])
def test_a_damaged_or_half_written_set_is_compared_again(
    comparing: Comparing, file: str, content: bytes | None
) -> None:
    comparing.alike("abc")
    (damaged,) = comparing.kept.folder.glob(f"*/{file}")
    damaged.unlink() if content is None else damaged.write_bytes(content)
    assert comparing.alike("bcd") == set()
    assert comparing.alike("abcd") == {"ac"}
    assert comparing.alike("abc") == {"ac"}


@settings(max_examples=30)
@given(st.lists(st.sets(st.sampled_from("abcdef")), max_size=4))
def test_the_answer_never_depends_on_what_was_compared_before(
    tmp_path_factory: pytest.TempPathFactory, sets: list[set[str]]
) -> None:
    comparing = Comparing(tmp_path_factory.mktemp("copies"))
    for names in sets:
        ordered = sorted(names)
        expected = {i + j for i in ordered for j in ordered if i < j and PICTURE[i] == PICTURE[j]}
        assert comparing.alike("".join(ordered)) == expected
    assert len(comparing.compared) == len(set(comparing.compared))
