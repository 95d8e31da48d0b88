"""Recipes: an architecture, how its weights come about, and how it is trained."""

from models.train_config import TrainConfig
from models.variants import Mode

# Of the networks an audit trains for each fold; the heads of frozen backbones are fitted exactly, see heads.py.
OUT_OF_FOLD: dict[Mode, TrainConfig] = {
    "scratch": TrainConfig(),
    "finetuned": TrainConfig(epochs=4, peak_lr=3e-4, weight_decay=1e-2),
}
