"""Class names that are one class written in two ways: what is seen, and what is not."""

import pytest

from curation.datasets.classes.near_names import combined_names, name_notices, near_names

DIFFERENT = (
    "sea lion", "sea", "lion", "cat", "car", "cart", "bat", "class_001", "class_011", "1", "11", "1-1", "b1", "b12",
    "bus", "train", "brake", "break", "Black-and-white colobus", "macaroni & cheese", "R&B", "hen, young",
)  # fmt: skip


@pytest.mark.parametrize(
    ("names", "groups"),
    [
        (("Cat", "cat", "dog"), [("cat", "Cat")]),
        (("dog", "dog ", "DOG", "Dogs"), [("dog", "DOG", "Dogs", "dog ")]),
        (("hot dog", "hot_dog", "Hot-Dog", "hotdog"), [("hot dog", "hot_dog", "hotdog", "Hot-Dog")]),
        (("café", "cafe", "naïve"), [("cafe", "café")]),
        (("cherry", "cherries", "box", "boxes"), [("cherries", "cherry"), ("box", "boxes")]),
        (("sunflower", "sunflwoer", "buttercup", "butercup"), [("sunflower", "sunflwoer"), ("butercup", "buttercup")]),
        (("\uff23\uff21\uff34", "cat"), [("cat", "\uff23\uff21\uff34")]),
        (("Straße", "strasse"), [("strasse", "Straße")]),
        (("05", "5", "5.0", "50", "0", "00", "0.5", "v05", "v5"), [("05", "5", "5.0"), ("0", "00")]),
        (DIFFERENT, []),
        ((), []),
    ],
)  # fmt: skip
def test_names_of_one_class(names: tuple[str, ...], groups: list[tuple[str, ...]]) -> None:
    assert [group.names for group in near_names(dict.fromkeys(names, 5))] == groups


def test_the_largest_class_is_kept_and_the_sentence_says_how() -> None:
    assert name_notices({"Cat": 9, "cat": 3, "dog": 4}) == [
        "classes 'Cat' (9 images) and 'cat' (3 images) differ by case only: if they are one class, audit with "
        "--merge-classes cat=Cat"
    ]
    (sentence,) = name_notices({"cats, big": 9, "Cats, big": 1})
    assert sentence.endswith("--merge-classes '\"Cats, big=cats, big\"'")


def test_a_label_that_is_missing() -> None:
    (sentence,) = name_notices({"cat": 9, "nan": 1, "nandu": 2, "nanna": 3})
    assert sentence.startswith("1 image of class 'nan', which tables write where a label is missing")


def test_many_pairs_are_counted() -> None:
    names = [f"{letter}{ending}" for letter in "bcdfghk" for ending in ("at", "AT")]
    sentences = name_notices(dict.fromkeys(names, 2))
    assert len(sentences) == 6
    assert sentences[-1] == "2 more pairs of class names differ as little: 'hAT' and 'hat', 'kAT' and 'kat'"


def test_several_classes_in_one_name() -> None:
    assert combined_names(["cat", "dog", "cat|dog", "x;y", "cat and dog", "dog+cat", "cat, fish", "rock&roll"]) == {
        "cat and dog": ("cat", "dog"), "cat|dog": ("cat", "dog"), "dog+cat": ("dog", "cat"), "x;y": ("x", "y"),
    }  # fmt: skip
    (sentence,) = name_notices({"cat": 2, "dog": 2, "cat|dog": 1})
    assert sentence.startswith("1 class seems to be several in one (cat|dog), and Errata judges one class")
