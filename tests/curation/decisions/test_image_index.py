"""A decision finds its image again by its content."""

from hypothesis import given
from hypothesis import strategies as st

from curation.decisions.image_index import ImageIndex


def test_an_image_that_stayed_is_itself_also_among_copies() -> None:
    assert ImageIndex(["a", "b", "c"], ["1", "1", "1"]).find("b", "1") == "b"


def test_a_moved_image_is_found_by_its_content() -> None:
    assert ImageIndex(["forest/1.png", "forest/2.png"], ["x", "y"]).find("sea/1.png", "x") == "forest/1.png"


def test_another_content_under_the_old_name_is_another_image() -> None:
    swapped = ImageIndex(["a", "b"], ["2", "1"])
    assert (swapped.find("a", "1"), swapped.find("b", "2")) == ("b", "a")
    painted_over = ImageIndex(["a", "b"], ["3", "2"])
    assert (painted_over.find("a", "1"), painted_over.find("b", "2")) == (None, "b")


def test_of_copies_the_one_of_the_same_file_name_else_the_first() -> None:
    copies = ImageIndex(["y/1.png", "y/2.png"], ["1", "1"])
    assert copies.find("x/2.png", "1") == "y/2.png"
    assert copies.find("x/3.png", "1") == "y/1.png"


def test_a_deleted_image_is_nowhere() -> None:
    assert ImageIndex([], []).find("a", "1") is None
    assert ImageIndex(["a"], ["2"]).find("a", "1") is None


images = st.tuples(st.sampled_from("abcdef"), st.sampled_from("123"))


@given(images, st.lists(images, unique_by=lambda image: image[0]))
def test_what_is_found_has_the_content(image: tuple[str, str], today: list[tuple[str, str]]) -> None:
    contents = dict(today)
    there = ImageIndex(list(contents), list(contents.values())).find(*image)
    assert (there is None) == (image[1] not in contents.values())
    if there is not None:
        assert contents[there] == image[1]
    if contents.get(image[0]) == image[1]:
        assert there == image[0]
