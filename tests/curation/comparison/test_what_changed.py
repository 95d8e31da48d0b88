"""What cleaner labels changed, checked by hand; the command that trains again is what the command line reads."""

import shlex
from typing import Any

import pytest

from curation.comparison.board import read_board
from curation.comparison.what_changed import train_command, what_changed
from curation.workspace.folders import Workspace
from models.training.config import TrainConfig
from models.training.recipes import RECIPES
from tests.helpers.compared_runs import NAME, STRONG_V1

LITE0 = RECIPES["scenes-lite0-frozen"]


def test_cells_by_hand(workspace: Workspace) -> None:
    strong, weak = what_changed(read_board(workspace, NAME))
    assert strong["method"] == "scenes-lite0-frozen"
    cell = strong["cells"]["original"]["original"]
    assert (cell["seeds"], cell["n"]) == (2, 10)
    assert cell["accuracy"]["mean"] == pytest.approx(0.75)
    assert cell["accuracy"]["std"] == pytest.approx(0.05 * 2**0.5)  # of 0.8 and 0.7, n - 1
    means = {
        (trained, tested): cell["accuracy"]["mean"]
        for trained, cells in strong["cells"].items()
        for tested, cell in cells.items()
    }
    assert means == pytest.approx(
        {("original", "original"): 0.75, ("original", "v1"): 0.95, ("v1", "original"): 0.9, ("v1", "v1"): 1.0}
    )
    assert strong["missing"] == {}
    assert strong["cleaner_labels"]["v1"]["difference"] == pytest.approx(0.95 - 0.75)
    assert strong["cleaner_training"]["v1"]["difference"] == pytest.approx(1.0 - 0.95)
    for effect in (strong["cleaner_labels"]["v1"], strong["cleaner_training"]["v1"]):
        assert 0 <= effect["low"] <= effect["difference"] <= effect["high"]
    assert weak["cells"].keys() == {"original"}
    assert weak["missing"] == {"v1": "errata train tiny --recipe scenes-simple --size 32 --epochs 3 --version v1"}
    assert weak["cleaner_labels"]["v1"]["difference"] == pytest.approx(-0.1)
    assert weak["cleaner_training"] == {"v1": None}


def test_a_method_trained_on_curated_labels_alone(workspace: Workspace) -> None:
    strong = what_changed(read_board(workspace, NAME, (STRONG_V1,)))[0]
    assert strong["missing"].keys() == {"original"}
    assert (strong["cleaner_labels"], strong["cleaner_training"]) == ({"v1": None}, {"v1": None})


def run_config(**changes: Any) -> dict[str, Any]:
    """Return the config.json of a run of a recipe, with changes."""
    config = {
        "recipe": "scenes-lite0-frozen",
        "architecture": "efficientnet_lite0",
        "mode": "frozen",
        "config": LITE0.config.to_dict(),
    }
    return {**config, **changes}


def test_a_recipe_as_it_is() -> None:
    command = train_command("scenes", run_config(), [0], "v1")
    assert command == "errata train scenes --recipe scenes-lite0-frozen --version v1"


def test_every_setting_that_differs_and_all_seeds() -> None:
    config = run_config(config={**LITE0.config.to_dict(), "epochs": 8, "peak_lr": 0.01}, input={"size_px": 96})
    assert train_command("my set", config, [1, 3], "v2") == (
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
    assert train_command("scenes", run_config(**changes), [0], "v1") == f"errata train scenes {expected} --version v1"


def test_ensembles_name_their_members() -> None:
    config = run_config(recipe="scenes-ensemble", architecture="ensemble", mode=None, config={"penalties": [1]})
    members = dict.fromkeys(RECIPES["scenes-ensemble"].members, "run")
    command = train_command("scenes", {**config, "members": members}, [0], "v1")
    assert command == "errata train scenes --recipe scenes-ensemble --version v1"
    command = train_command("scenes", {**config, "members": {"b": "x", "a": "y"}}, [0], "v1")
    assert shlex.split(command)[3:] == ["--recipe", "scenes-ensemble", "--members", "a,b", "--version", "v1"]


def test_a_transfer_starts_where_its_recipe_says() -> None:
    recipe = RECIPES["landmarks-target"]
    config = run_config(
        recipe="landmarks-target", architecture="cnn3", mode="finetuned", init_from="some-run",
        config=TrainConfig.from_dict(recipe.config.to_dict()).to_dict(),
    )  # fmt: skip
    assert train_command("scenes", config, [0], "v1") == "errata train scenes --recipe landmarks-target --version v1"
