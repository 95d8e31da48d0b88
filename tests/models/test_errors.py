"""The sentence a person reads."""

import pytest

from models.errors import ErrataError, unknown


def test_unknown_names_the_nearest_and_the_choices() -> None:
    error = unknown("architecture", "resnet81", ["vgg16", "resnet18"])
    assert isinstance(error, ErrataError)
    assert str(error) == "no architecture 'resnet81'; did you mean 'resnet18'? (choices: resnet18, vgg16)"


@pytest.mark.parametrize("name", ["", "zzzz", "\n"])
def test_unknown_without_a_near_match_gives_no_hint(name: str) -> None:
    assert str(unknown("split", name, ["train", "test"])) == f"no split {name!r} (choices: test, train)"
