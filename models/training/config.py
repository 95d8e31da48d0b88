"""How a network is trained: all settings of a recipe but those of the data."""

from dataclasses import asdict, dataclass, field, fields
from typing import Any

from models.errors import ErrataError, unknown

# Strings only: the command line makes its options of them, and the tables themselves import torch (tested to agree).
CHOICES: dict[str, tuple[str, ...]] = {
    "optimiser": ("sgd", "adam", "adamw"),
    "loss": ("cross-entropy", "generalised-cross-entropy"),
    "schedule": ("constant", "step", "cyclic", "one-cycle", "cosine"),
    "augmentation": ("none", "flip-crop", "landmarks", "affine"),
    "precision": ("auto", "float32", "bfloat16"),
}
# name: (lowest, highest) allowed value
_RANGES: dict[str, tuple[float, float]] = {
    "epochs": (1, 10_000),
    "batch_size": (1, 65_536),
    "views": (1, 1000),
    "peak_lr": (0, 1e30),
    "momentum": (0, 0.9999),
    "weight_decay": (0, 1e6),
    "label_smoothing": (0, 0.99),
    "gce_q": (1e-3, 1),
    "clip_norm": (0, 1e12),
    "step_epochs": (1, 10_000),
    "step_factor": (0, 1),
    "cycle_epochs": (1, 10_000),
    "patience": (0, 10_000),
}


def _field(default: Any, help_text: str) -> Any:
    return field(default=default, metadata={"help": help_text})


@dataclass(frozen=True)
class TrainConfig:
    """How a network is trained; the help of each field is also that of its command-line option."""

    epochs: int = _field(10, "passes over the training images")
    batch_size: int = _field(32, "images a step")
    optimiser: str = _field("adamw", "sgd, adam or adamw")
    peak_lr: float = _field(2e-3, "learning rate; of a schedule that moves, its highest")
    momentum: float = _field(0.9, "of sgd")
    weight_decay: float = _field(5e-2, "decoupled in adamw, an L2 penalty in sgd and adam")
    loss: str = _field("cross-entropy", "cross-entropy or generalised-cross-entropy")
    label_smoothing: float = _field(0.05, "share of a label spread over all classes, of cross-entropy")
    gce_q: float = _field(0.7, "of generalised cross-entropy: near 0 cross-entropy, 1 mean absolute error")
    clip_norm: float = _field(0.0, "longest gradient; 0 = not clipped")
    schedule: str = _field("one-cycle", "constant, step, cyclic, one-cycle or cosine")
    step_epochs: int = _field(7, "epochs between two steps of the step schedule")
    step_factor: float = _field(0.1, "what each of these steps multiplies the learning rate by")
    cycle_epochs: int = _field(4, "epochs up and down of the cyclic schedule")
    patience: int = _field(0, "epochs without a lower validation loss before stopping; 0 = all epochs")
    augmentation: str = _field("flip-crop", "none, flip-crop, landmarks, or affine, which never mirrors")
    views: int = _field(1, "of a frozen backbone: cached views of each image, the first plain, the others augmented")
    freeze: str = _field("none", "none, backbone, or the layer up to which pretrained weights stay")
    precision: str = _field("auto", "float32, bfloat16, or auto: bfloat16 where the device computes in it")

    def __post_init__(self) -> None:
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                raise unknown(name, getattr(self, name), choices)
        for name, (low, high) in _RANGES.items():
            if not low <= getattr(self, name) <= high:
                raise ErrataError(f"{option(name)} {getattr(self, name):g} is out of range; give {low:g} to {high:g}")

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON-able values; `from_dict` is the inverse."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "TrainConfig":
        """Return the config of `to_dict` values; fields that are not named keep their defaults.

        Raises:
            ErrataError: a key is unknown, or a value out of range.
        """
        known = {setting.name for setting in fields(cls)}
        for key in values:
            if key not in known:
                raise unknown("training setting", key, known)
        return cls(**values)


def option(name: str) -> str:
    """Return the command-line option of a field."""
    return f"--{name.replace('_', '-')}"
