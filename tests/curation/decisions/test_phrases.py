"""Verdicts in words."""

import pytest

from curation.decisions.phrases import decisions_phrase, images_phrase, verdict_phrase
from tests.helpers.log_writer import some_decision


@pytest.mark.parametrize(
    ("verdict", "new_labels", "phrase"),
    [
        ("keep", (), "keep sea"),
        ("relabel", ("forest",), "relabel forest"),
        ("ambiguous", ("sea", "street"), "ambiguous sea / street"),
        ("exclude", (), "exclude"),
        ("unsure", (), "unsure"),
    ],
)
def test_a_verdict_names_its_classes(verdict: str, new_labels: tuple[str, ...], phrase: str) -> None:
    decision = some_decision(0, verdict, *new_labels)
    assert verdict_phrase(decision) == phrase
    assert decisions_phrase([decision]) == f"0.png: {phrase}"


def test_several_images_are_counted() -> None:
    relabelled = [some_decision(0, "relabel", "street"), some_decision(1, "relabel", "street", label="forest")]
    assert images_phrase(relabelled) == "2 images"
    assert decisions_phrase(relabelled) == "2 images: relabel street"
    kept = [some_decision(0, "keep"), some_decision(1, "keep", label="forest")]
    assert decisions_phrase(kept) == "2 images: keep"  # the given labels differ
