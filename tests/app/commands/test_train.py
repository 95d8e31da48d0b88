"""`errata train`: an option for each setting of a recipe, and how options change a recipe."""

import inspect
from dataclasses import dataclass, field, fields
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from app.commands.train import chosen_recipe, train, with_settings
from models.errors import ErrataError
from models.training.config import TrainConfig
from models.training.recipes import RECIPES, Recipe


@dataclass(frozen=True)
class Settings:
    batch_size: int = field(default=3, metadata={"help": "images a step"})
    peak_lr: float = field(default=0.5, metadata={"help": "learning rate"})
    loss: str = field(default="none", metadata={"help": "what is minimised"})


@pytest.fixture
def app() -> tuple[typer.Typer, dict[str, Any]]:
    """Return a command with these settings as options, and what it was called with."""
    called_with: dict[str, Any] = {}

    def command(name: str, seed: int = 0, **settings: Any) -> None:
        """Do it."""
        called_with.update(name=name, seed=seed, **settings)

    app = typer.Typer()
    app.command()(with_settings(command, Settings))
    return app, called_with


def test_a_setting_that_is_not_given_is_none(app: tuple[typer.Typer, dict[str, Any]]) -> None:
    command, called_with = app
    result = CliRunner().invoke(command, ["x", "--batch-size", "7", "--loss", "l2"])
    assert result.exit_code == 0, result.output
    assert called_with == {"name": "x", "seed": 0, "batch_size": 7, "peak_lr": None, "loss": "l2"}


def test_values_of_the_wrong_kind_are_refused(app: tuple[typer.Typer, dict[str, Any]]) -> None:
    for wrong in (["--batch-size", "1.5"], ["--peak-lr", "fast"], ["--batch"]):
        assert CliRunner().invoke(app[0], ["x", *wrong]).exit_code == 2


def test_help_names_each_setting(app: tuple[typer.Typer, dict[str, Any]]) -> None:
    output = CliRunner().invoke(app[0], ["--help"]).output
    for text in ("--batch-size", "images a step", "--peak-lr", "what is minimised", "the recipe's"):
        assert text in output


def test_errata_train_has_an_option_for_each_setting() -> None:
    names = inspect.signature(train).parameters
    assert {setting.name for setting in fields(TrainConfig)} <= names.keys()
    assert "settings" not in names


def recipe(name: str, architecture: str, members: str = "", **settings: Any) -> Recipe:
    return chosen_recipe(name, architecture, 0, 0, members, settings)


def test_options_replace_parts_of_the_recipe() -> None:
    chosen = recipe("scenes-simple", "simple_cnn_tanh", epochs=3, batch_size=None)
    assert chosen.architecture == "simple_cnn_tanh"
    assert (chosen.config.epochs, chosen.config.batch_size) == (3, RECIPES["scenes-simple"].config.batch_size)
    with pytest.raises(ErrataError, match="name what to train: --recipe R or --architecture ARCH"):
        recipe("", "")


def test_members_are_those_of_an_ensemble() -> None:
    assert recipe("scenes-ensemble", "", "a, b,").members == ("a", "b")
    assert recipe("", "ensemble", "a,b") == Recipe("ensemble", members=("a", "b"))
    assert recipe("scenes-ensemble", "").members == RECIPES["scenes-ensemble"].members
    with pytest.raises(ErrataError, match="--members are those of an ensemble, not of simple_cnn; leave them out"):
        recipe("", "simple_cnn", "a,b")
