"""What can be trained, known without torch: the tables agree with the registries."""

import pytest

from app.jobs.variants import (
    ARCHITECTURES,
    ENGINES,
    SIZES,
    about_variant,
    check_engine,
    check_variant,
    mode_of,
    variants,
)
from curation.training.estimate import ROUGH
from models.errors import ErrataError


def test_the_tables_agree_with_the_registries() -> None:
    from models.features import engines
    from models.networks import architectures
    from models.networks.variants import parse_variant

    assert set(ARCHITECTURES) == set(architectures.ARCHITECTURES)
    for name, weights in ARCHITECTURES.items():
        assert bool(weights) == (architectures.ARCHITECTURES[name].weights is not None), name
    for variant in variants():
        assert parse_variant(variant).mode == mode_of(variant)
        check_variant(variant)
    assert {name for name, _ in ROUGH} <= set(ARCHITECTURES)
    assert set(ENGINES) == {"auto", *engines.ENGINES}


@pytest.mark.parametrize(
    ("variant", "words"),
    [
        ("efficientnet_lite0", "efficientnet_lite0 · frozen, head trained"),
        ("resnet50@finetuned", "resnet50 · all of it trained further · weights are downloaded"),
        ("resnet50@scratch", "resnet50 · from random weights"),
        ("simple_cnn", "simple_cnn · from random weights"),
        ("timm:resnet10t", "timm:resnet10t · frozen, head trained · weights are downloaded"),
    ],
)
def test_variants_in_words(variant: str, words: str) -> None:
    assert about_variant(variant) == words


def test_unknown_names_are_refused() -> None:
    check_variant("timm:anything@frozen")  # known to the training alone
    with pytest.raises(ErrataError, match="no architecture 'simple_cmn'; did you mean 'simple_cnn'"):
        check_variant("simple_cmn")
    with pytest.raises(ErrataError, match="no mode 'frosen'; did you mean 'frozen'"):
        check_variant("resnet18@frosen")
    check_engine("auto")
    with pytest.raises(ErrataError, match="no engine 'tensorrt'"):
        check_engine("tensorrt")


def test_sizes_are_those_of_the_registry() -> None:
    from models.networks.architectures import architecture_rows

    assert {row.name: (row.parameters, row.size_px) for row in architecture_rows()} == SIZES
