"""Training settings: every bad one is one sentence, and the light table of choices is the real one."""

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ErrataError
from models.images.augment import AUGMENTATIONS
from models.training.config import CHOICES, TrainConfig
from models.training.losses import LOSSES
from models.training.optimisers import OPTIMISERS
from models.training.schedules import SCHEDULES


def test_the_choices_are_those_of_the_tables() -> None:
    tables: dict[str, dict[str, object]] = {
        "optimiser": {**OPTIMISERS},
        "loss": {**LOSSES},
        "schedule": {**SCHEDULES},
        "augmentation": {**AUGMENTATIONS},
    }
    for name, table in tables.items():
        assert CHOICES[name] == tuple(table), name


def test_it_is_light() -> None:
    code = "import sys, models.training.config, models.training.recipes; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"augmentation": "flip-corp"}, "no augmentation 'flip-corp'; did you mean 'flip-crop'?"),
        ({"optimiser": "adma"}, "no optimiser 'adma'; did you mean 'adam'?"),
        ({"schedule": "one_cycle"}, "no schedule 'one_cycle'; did you mean 'one-cycle'?"),
        ({"loss": "mse"}, "no loss 'mse'"),
        ({"precision": "float16"}, "no precision 'float16'"),
        ({"epochs": 0}, "--epochs 0 is out of range; give 1 to 10000"),
        ({"batch_size": -1}, "--batch-size -1 is out of range; give 1 to 65536"),
        ({"peak_lr": float("nan")}, "--peak-lr nan is out of range"),
        ({"gce_q": 0.0}, "--gce-q 0 is out of range; give 0.001 to 1"),
        ({"step_factor": 2.0}, "--step-factor 2 is out of range; give 0 to 1"),
    ],
)
def test_a_bad_setting(settings: dict[str, object], sentence: str) -> None:
    with pytest.raises(ErrataError, match=re.escape(sentence)):
        TrainConfig.from_dict(settings)


def test_an_unknown_setting() -> None:
    with pytest.raises(ErrataError, match=r"no training setting 'epoch'; did you mean 'epochs'\?"):
        TrainConfig.from_dict({"epoch": 3})


@given(st.integers(1, 500), st.floats(1e-6, 1), st.sampled_from(CHOICES["optimiser"]))
def test_from_dict_is_the_inverse(epochs: int, rate: float, optimiser: str) -> None:
    config = TrainConfig(epochs=epochs, peak_lr=rate, optimiser=optimiser)
    assert TrainConfig.from_dict(config.to_dict()) == config
