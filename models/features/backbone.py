"""A frozen backbone and where its features are kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from torch import nn

from models.features.engine_openvino import converted_path
from models.features.engines import Precision, choose_engine, default_precision, weights_digest
from models.files.atomic import digest
from models.images.input_spec import InputSpec
from models.images.row_store import copied_rows, open_rows
from models.processors.devices import default_device

BFLOAT16_METHOD = "bfloat16 in dense convolutions, checked"  # part of the folder's key


@dataclass(frozen=True)
class Backbone:
    """A backbone, the engine asked for, and where its features are kept."""

    name: str
    module: nn.Module
    spec: InputSpec
    folder: Path
    engine: str  # one of `ENGINES`, or "auto"
    device: str = field(default_factory=default_device)

    @cached_property
    def key(self) -> str:
        """Digest of its structure and weights."""
        return weights_digest(self.module)

    @property
    def precisions(self) -> tuple[Precision, ...]:
        """The precisions in which finished features may be used: float32 serves wherever bfloat16 does."""
        return ("float32", "bfloat16") if default_precision(self.device, self.engine) == "bfloat16" else ("float32",)

    def rows(self, precision: Precision, *augmentation: str | int) -> Path:
        """Return the folder of its features in that precision, of plain or augmented images; see row_store."""
        method = BFLOAT16_METHOD if precision == "bfloat16" else precision
        return self.folder / f"{self.name}-{digest(self.key, self.spec.to_dict(), method, *augmentation)}"

    def finished(self, sha256s: Sequence[str]) -> tuple[Precision, np.memmap] | None:
        """Return the features of these images and their precision, or None where some are missing.

        Features from other sets of images are copied: no engine is built where all images are known.
        """
        for precision in self.precisions:
            folder = self.rows(precision)
            features = open_rows(folder, sha256s)
            if features is None:
                features = copied_rows(folder, sha256s)
            if features is not None:
                return precision, features
        return None

    def engine_for(self, missing: int) -> str:
        """Return the engine asked for; for "auto", the engine that finishes that many images first."""
        if self.engine != "auto":
            return self.engine
        return choose_engine(self.device, missing, converted_path(self.key, self.spec, self.folder).is_dir())
