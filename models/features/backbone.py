"""A frozen backbone and where its features are kept."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
from torch import nn

from models.features.engine_openvino import converted_path
from models.features.engines import Precision, choose_engine, default_precision, weights_digest
from models.features.kept import Kept
from models.files.atomic import digest
from models.images.input_spec import InputSpec
from models.images.row_store import copied_rows, open_rows
from models.processors.devices import default_device

BFLOAT16_METHOD = "bfloat16 in dense convolutions, checked"  # part of the folder's key
_HALVES = "kept in float16"  # likewise


@dataclass(frozen=True)
class Form:
    """What features are computed in, and what they are kept in."""

    precision: Precision
    kept: Kept


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

    @property
    def forms(self) -> tuple[Form, ...]:
        """The forms in which finished features may be used, the more exact of two first."""
        kept: tuple[Kept, ...] = ("float32", "float16")
        return tuple(Form(precision, one) for precision in self.precisions for one in kept)

    def rows(self, form: Form, *augmentation: str | int) -> Path:
        """Return the folder of its features in that form, of plain or augmented images; see row_store."""
        method = [BFLOAT16_METHOD if form.precision == "bfloat16" else form.precision]
        method += [_HALVES] if form.kept == "float16" else []  # an earlier Errata kept all in float32
        return self.folder / f"{self.name}-{digest(self.key, self.spec.to_dict(), *method, *augmentation)}"

    def finished(self, sha256s: Sequence[str]) -> tuple[Form, np.memmap] | None:
        """Return the features of these images and their form, or None where some are missing.

        Features from other sets of images are copied: no engine is built where all images are known.
        """
        for form in self.forms:
            folder = self.rows(form)
            features = open_rows(folder, sha256s)
            if features is None:
                features = copied_rows(folder, sha256s)
            if features is not None:
                return form, features
        return None

    def engine_for(self, missing: int) -> str:
        """Return the engine asked for; for "auto", the engine that finishes that many images first."""
        if self.engine != "auto":
            return self.engine
        return choose_engine(self.device, missing, converted_path(self.key, self.spec, self.folder).is_dir())
