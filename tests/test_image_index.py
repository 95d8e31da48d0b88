"""A decision finds its image again by its content."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from curation.image_index import find_images


def test_an_image_that_stayed_is_itself_also_among_copies() -> None:
    assert find_images([("b", "1")], ["a", "b", "c"], ["1", "1", "1"]) == {("b", "1"): "b"}


def test_a_moved_image_is_found_by_its_content() -> None:
    assert find_images([("sea/1.png", "x")], ["forest/1.png", "forest/2.png"], ["x", "y"]) == {
        ("sea/1.png", "x"): "forest/1.png"
    }


def test_another_content_under_the_old_name_is_another_image() -> None:
    named = [("a", "1"), ("b", "2")]
    assert find_images(named, ["a", "b"], ["2", "1"]) == {("a", "1"): "b", ("b", "2"): "a"}  # they swapped names
    assert find_images(named, ["a", "b"], ["3", "2"]) == {("a", "1"): None, ("b", "2"): "b"}  # a was painted over


def test_of_copies_the_one_of_the_same_file_name() -> None:
    assert find_images([("x/2.png", "1")], ["y/1.png", "y/2.png"], ["1", "1"]) == {("x/2.png", "1"): "y/2.png"}


def test_of_copies_one_that_no_decision_names_and_each_once() -> None:
    named = [("gone", "1"), ("a", "1"), ("gone too", "1")]
    assert find_images(named, ["a", "b", "c"], ["1"] * 3) == {
        ("a", "1"): "a",
        ("gone", "1"): "b",
        ("gone too", "1"): "c",
    }
    assert find_images(named, ["a", "b"], ["1"] * 2)["gone too", "1"] is None


def test_a_renamed_image_judged_before_and_after() -> None:
    named = [("old", "1"), ("new", "1")]
    assert find_images(named, ["new", "other"], ["1", "2"]) == {("old", "1"): "new", ("new", "1"): "new"}


def test_a_deleted_image_is_nowhere() -> None:
    assert find_images([("a", "1")], [], []) == {("a", "1"): None}


images = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("123")), unique_by=lambda one: one[0])


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from("123"))), images, st.randoms())
def test_what_is_found_has_the_content_and_order_does_not_matter(
    named: list[tuple[str, str]], today: list[tuple[str, str]], randomly: Random
) -> None:
    contents = dict(today)
    found = find_images(named, list(contents), list(contents.values()))
    assert set(found) == set(named)
    for (image_id, sha256), there in found.items():
        if there is not None:
            assert contents[there] == sha256
        if contents.get(image_id) == sha256:
            assert there == image_id
        if sha256 not in contents.values():
            assert there is None
    shuffled = list(named)
    randomly.shuffle(shuffled)
    assert find_images(shuffled, list(contents), list(contents.values())) == found
