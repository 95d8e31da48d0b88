"""Variants: how they are written, and that nothing pretrained is ever silently random."""

from pathlib import Path

import pytest
import torch

from models.errors import ErrataError
from models.networks.architectures import ARCHITECTURES
from models.networks.variant_name import MODES
from models.networks.variants import Variant, build_classifier, parse_variant
from tests.models.networks.lite_network import efficientnet_lite

PRETRAINED, PLAIN = "efficientnet_lite0", "simple_cnn_norm_dropout"


def test_the_default_mode_is_left_out() -> None:
    assert parse_variant(PRETRAINED) == Variant(PRETRAINED, "frozen")
    assert parse_variant(PLAIN) == Variant(PLAIN, "scratch")
    assert str(parse_variant(f"{PRETRAINED}@frozen")) == PRETRAINED
    assert str(parse_variant(f" {PRETRAINED}@scratch ")) == f"{PRETRAINED}@scratch"


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_variant_is_read_back(name: str) -> None:
    modes = MODES if ARCHITECTURES[name].weights else ("scratch",)
    for mode in modes:
        assert parse_variant(str(Variant(name, mode))) == Variant(name, mode)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("efficientnet_lite", "no architecture 'efficientnet_lite'; did you mean 'efficientnet_lite"),
        ("efficientnet_lite@scratch", "no architecture 'efficientnet_lite'"),
        (f"{PRETRAINED}@forzen", "no mode 'forzen'; did you mean 'frozen'"),
        (f"{PRETRAINED}@", "no mode ''"),
        (f"{PLAIN}@frozen", f"{PLAIN} has no pretrained weights to be frozen; write {PLAIN}@scratch, .*{PRETRAINED}"),
        (f"{PLAIN}@finetuned", "no pretrained weights to be finetuned"),
    ],
)
def test_what_is_no_variant(text: str, sentence: str) -> None:
    with pytest.raises(ErrataError, match=sentence):
        parse_variant(text)


def test_a_variant_made_by_hand_is_checked_too() -> None:
    with pytest.raises(ErrataError, match="no pretrained weights to be frozen"):
        build_classifier(Variant(PLAIN, "frozen"), 2)


def test_scratch_is_random_the_others_are_not() -> None:
    theirs = efficientnet_lite(0).state_dict()["conv_stem.weight"]
    for mode in MODES:
        stem = build_classifier(Variant(PRETRAINED, mode), 3).backbone.state_dict()["conv_stem.weight"]
        assert torch.equal(stem, theirs) == (mode != "scratch")


def test_too_small_an_input() -> None:
    with pytest.raises(ErrataError, match=f"7 px is too small for {PLAIN}: its strides need at least 8 px"):
        build_classifier(parse_variant(PLAIN), 2, size_px=7)
    assert build_classifier(parse_variant(PLAIN), 2, size_px=8)(torch.zeros(1, 3, 8, 8)).shape == (1, 2)


def test_weights_for_a_network_from_scratch_are_refused() -> None:
    with pytest.raises(ErrataError, match=f"{PLAIN} starts from random weights; leave w.pth out"):
        build_classifier(parse_variant(PLAIN), 2, weights=Path("w.pth"))
