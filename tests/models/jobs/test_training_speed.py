"""The estimate of a training's time: no clock is asserted, only what is timed and what it leaves behind."""

import numpy as np
import pytest
import torch

from models.images.input_spec import InputSpec
from models.jobs import training_speed
from models.jobs.training_speed import STEPS, seconds_per_image
from models.networks.variants import parse_variant
from models.training.config import TrainConfig
from models.training.loop import EpochMetrics

SPEC = InputSpec(16, (0.5, 0.5, 0.5), (0.25, 0.25, 0.25), "bilinear")
CONFIG = TrainConfig(batch_size=10)


def test_a_few_steps_on_noise_are_timed_and_nothing_else_changes() -> None:
    threads, random = torch.get_num_threads(), torch.get_rng_state()
    assert seconds_per_image(parse_variant("simple_cnn"), SPEC, CONFIG, 3, workers=2) > 0
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), random)


def test_the_first_step_does_not_count_and_workers_share_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def timed(*arguments: object) -> None:
        on_epoch, config = arguments[8], arguments[5]
        assert isinstance(config, TrainConfig)
        assert config.epochs == STEPS
        assert callable(on_epoch)
        seconds = [100.0, 3.0, 5.0, 4.0]
        on_epoch([EpochMetrics(i, 0, 0, None, None, 0, value) for i, value in enumerate(seconds)])

    monkeypatch.setattr(training_speed, "train", timed)
    assert seconds_per_image(parse_variant("simple_cnn"), SPEC, CONFIG, 3, workers=2) == pytest.approx(4 / 10 / 2)


def test_more_classes_than_images() -> None:
    assert np.isfinite(seconds_per_image(parse_variant("simple_cnn"), SPEC, CONFIG, 50))
