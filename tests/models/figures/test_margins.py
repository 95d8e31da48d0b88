"""The area under the margin: by hand, and on labels that are known to be wrong."""

import numpy as np
import torch
from sklearn.metrics import roc_auc_score

from models.figures.margins import Margins, mean_of_folds
from models.images.examples import Pixels
from models.images.input_spec import InputSpec
from models.networks.variants import build_classifier, parse_variant
from models.training.config import TrainConfig
from models.training.fabric import make_fabric
from models.training.loop import train


def test_means_over_the_steps_that_learned_from_an_image() -> None:
    margins = Margins(3, torch.device("cpu"))
    margins.add(np.array([0, 2]), torch.tensor([[3.0, 1.0, 0.0], [0.0, 5.0, 1.0]]), torch.tensor([0, 2]))
    margins.add(np.array([0]), torch.tensor([[1.0, 0.5, 2.0]]), torch.tensor([0]))
    means = margins.mean()
    assert means[0] == (2 - 1) / 2  # 3 - 1, then 1 - 2
    assert np.isnan(means[1])
    assert means[2] == 1 - 5


def test_the_mean_of_folds_leaves_out_the_fold_that_did_not_learn() -> None:
    nan = np.nan
    means = mean_of_folds(np.array([[1, nan, nan], [3, 2, nan]], np.float32))
    assert means[:2].tolist() == [2, 2]
    assert np.isnan(means[2])


def test_wrong_labels_have_low_margins() -> None:
    draws = np.random.default_rng(0)
    true = draws.integers(0, 2, 120)
    pixels = (
        (60 + 120 * true[:, None, None, None] + draws.normal(0, 30, (120, 16, 16, 3))).clip(0, 255).astype(np.uint8)
    )
    wrong = np.zeros(120, bool)
    wrong[draws.choice(120, 12, replace=False)] = True
    labels = np.where(wrong, 1 - true, true)
    fabric, everybody = make_fabric(), np.ones(120, bool)
    margins = Margins(120, fabric.device)
    spec = InputSpec(16, (0.5, 0.5, 0.5), (0.25, 0.25, 0.25), "bilinear")
    torch.manual_seed(0)
    classifier = build_classifier(parse_variant("cnn3"), 2, 16)
    config = TrainConfig(epochs=4, augmentation="none", batch_size=16)
    train(
        classifier, Pixels(pixels, spec, "none", fabric.device), labels, everybody, ~everybody, config, 0, fabric,
        margins=margins,
    )  # fmt: skip
    assert roc_auc_score(wrong, -margins.mean()) > 0.95
