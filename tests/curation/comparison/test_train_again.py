"""The command that trains the same on other labels, read back by the command line itself."""

import shlex
from typing import Any

import pytest

from curation.comparison.what_changed import train_command
from models.training.config import TrainConfig
from models.training.recipes import RECIPES

LITE0 = RECIPES["scenes-lite0-frozen"]


def config(**changes: Any) -> dict[str, Any]:
    """Return the config.json of a run of a recipe, with changes."""
    own = {
        "recipe": "scenes-lite0-frozen",
        "architecture": "efficientnet_lite0",
        "mode": "frozen",
        "config": LITE0.config.to_dict(),
    }
    return {**own, **changes}


def test_a_recipe_as_it_is() -> None:
    said = train_command("scenes", config(), [0], "v1")
    assert said == "errata train scenes --recipe scenes-lite0-frozen --version v1"


def test_every_setting_that_differs_and_all_seeds() -> None:
    own = config(config={**LITE0.config.to_dict(), "epochs": 8, "peak_lr": 0.01}, input={"size_px": 96})
    assert train_command("my set", own, [1, 3], "v2") == (
        "errata train 'my set' --recipe scenes-lite0-frozen --size 96 --epochs 8 --peak-lr 0.01 "
        "--seed 1 --seeds 3 --version v2"
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"recipe": "resnet18@frozen", "architecture": "resnet18", "config": {}}, "--architecture resnet18@frozen"),
        ({"architecture": "resnet18"}, "--recipe scenes-lite0-frozen --architecture resnet18@frozen"),
        ({"max_train_images": 300}, "--recipe scenes-lite0-frozen --max-train-images 300"),
        ({"max_train_images": 0}, "--recipe scenes-lite0-frozen"),
        ({"mode": "finetuned"}, "--recipe scenes-lite0-frozen --architecture efficientnet_lite0@finetuned"),
        ({"weights": "/w/own.safetensors"}, "--recipe scenes-lite0-frozen --weights /w/own.safetensors"),
        ({"init_from": "tiny-a-1-s0"}, "--recipe scenes-lite0-frozen --init-from tiny-a-1-s0"),
    ],
)
def test_what_replaces_the_recipe(changes: dict[str, Any], expected: str) -> None:
    assert train_command("scenes", config(**changes), [0], "v1") == f"errata train scenes {expected} --version v1"


def test_ensembles_name_their_members() -> None:
    usual = config(recipe="scenes-ensemble", architecture="ensemble", mode=None, config={"penalties": [1]})
    members = dict.fromkeys(RECIPES["scenes-ensemble"].members, "run")
    said = train_command("scenes", {**usual, "members": members}, [0], "v1")
    assert said == "errata train scenes --recipe scenes-ensemble --version v1"
    said = train_command("scenes", {**usual, "members": {"b": "x", "a": "y"}}, [0], "v1")
    assert shlex.split(said)[3:] == ["--recipe", "scenes-ensemble", "--members", "a,b", "--version", "v1"]


def test_a_transfer_starts_where_its_recipe_says() -> None:
    recipe = RECIPES["landmarks-target"]
    own = config(
        recipe="landmarks-target", architecture="cnn3", mode="finetuned", init_from="some-run",
        config=TrainConfig.from_dict(recipe.config.to_dict()).to_dict(),
    )  # fmt: skip
    assert train_command("scenes", own, [0], "v1") == "errata train scenes --recipe landmarks-target --version v1"
