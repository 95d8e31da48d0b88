"""Options made of a dataclass: one a field, with its help, its type, and None where it is not given."""

import inspect
from dataclasses import dataclass, field, fields
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from app.commands import training_cli
from app.commands.field_options import with_options
from models.training.config import TrainConfig


@dataclass(frozen=True)
class Settings:
    batch_size: int = field(default=3, metadata={"help": "images a step"})
    peak_lr: float = field(default=0.5, metadata={"help": "learning rate"})
    loss: str = field(default="none", metadata={"help": "what is minimised"})


@pytest.fixture
def app() -> tuple[typer.Typer, dict[str, Any]]:
    """Return a command with these options, and what it was called with."""
    seen: dict[str, Any] = {}

    def command(name: str, seed: int = 0, **settings: Any) -> None:
        """Do it."""
        seen.update(name=name, seed=seed, **settings)

    app = typer.Typer()
    app.command()(with_options(command, Settings))
    return app, seen


def test_given_and_not_given(app: tuple[typer.Typer, dict[str, Any]]) -> None:
    command, seen = app
    result = CliRunner().invoke(command, ["x", "--batch-size", "7", "--loss", "l2"])
    assert result.exit_code == 0, result.output
    assert seen == {"name": "x", "seed": 0, "batch_size": 7, "peak_lr": None, "loss": "l2"}


def test_values_of_the_wrong_kind_are_refused(app: tuple[typer.Typer, dict[str, Any]]) -> None:
    for wrong in (["--batch-size", "1.5"], ["--peak-lr", "fast"], ["--batch"]):
        assert CliRunner().invoke(app[0], ["x", *wrong]).exit_code == 2


def test_help_names_each_field(app: tuple[typer.Typer, dict[str, Any]]) -> None:
    shown = CliRunner().invoke(app[0], ["--help"]).output
    for words in ("--batch-size", "images a step", "--peak-lr", "what is minimised", "the recipe's"):
        assert words in shown


def test_errata_train_has_an_option_for_each_setting() -> None:
    names = inspect.signature(training_cli.train).parameters
    assert {one.name for one in fields(TrainConfig)} <= names.keys()
    assert "settings" not in names
