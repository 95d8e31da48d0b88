"""What a judgement of labels works out that the next judgement of the same images starts from."""

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from curation.scoring.principal_axes import Axes
from models.arrays import FloatArray
from models.errors import ErrataError
from models.files.npz import read_arrays, write_arrays

_AXES, _HEADS = "axes", "heads"
_PARTS = tuple(part.name for part in dataclasses.fields(Axes))


@dataclass
class Groundwork:
    """Axes of the embeddings and linear heads on them; a judgement takes what is there and adds what is not."""

    axes: dict[str, Axes] = field(default_factory=dict)  # as `joint_axes` names them
    heads: dict[str, FloatArray] = field(default_factory=dict)  # weight (H, K, M), bias (H, K) and penalty (H,)
    scratch: Path | None = None  # folder of large intermediate arrays; None: they are in memory

    def save(self, path: Path, made_for: str) -> None:
        """Write it, whole or not at all.

        Args:
            path: of the .npz file.
            made_for: digest of the images, their given labels and embeddings.
        """
        parts = {f"{_AXES} {name} {part}": getattr(axes, part) for name, axes in self.axes.items() for part in _PARTS}
        heads = {f"{_HEADS} {name}": values for name, values in self.heads.items()}
        write_arrays(path, made_for=np.array(made_for), **parts, **heads)

    @classmethod
    def load(cls, path: Path, made_for: str, scratch: Path | None = None) -> "Groundwork":
        """Read what `save` wrote; nothing where the file is missing or damaged, or was made for anything else."""
        try:
            stored = read_arrays(path)
            if str(stored.pop("made_for")) != made_for:
                return cls(scratch=scratch)
            found: dict[str, dict[str, FloatArray]] = {_AXES: {}, _HEADS: {}}
            for name, values in stored.items():
                what, _, rest = name.partition(" ")
                found[what][rest] = values
            names = {name.rpartition(" ")[0] for name in found[_AXES]}
            axes = {name: Axes(**{part: found[_AXES][f"{name} {part}"] for part in _PARTS}) for name in names}
        except (ErrataError, KeyError, TypeError):
            return cls(scratch=scratch)
        return cls(axes, found[_HEADS], scratch)
