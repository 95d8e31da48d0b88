"""What a network expects to see of an image: its size, normalisation and interpolation."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from PIL import Image

from models.errors import ErrataError, unknown

Interpolation = Literal["bicubic", "bilinear"]
FILTERS = {"bicubic": Image.Resampling.BICUBIC, "bilinear": Image.Resampling.BILINEAR}


@dataclass(frozen=True)
class InputSpec:
    """What a network expects to see.

    The whole image is stretched to a square, without a crop: errors may sit at the edge, and a CAM then covers the
    whole picture.
    """

    size_px: int  # side of the square
    mean: tuple[float, float, float]  # per channel, of values in [0, 1]
    std: tuple[float, float, float]
    interpolation: Interpolation = "bicubic"

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-able values; `from_dict` is the inverse."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "InputSpec":
        """Return the spec of `to_dict` values.

        Raises:
            ErrataError: a key is unknown or missing, or the interpolation is not known.
        """
        known = cls.__dataclass_fields__
        for key in values:
            if key not in known:
                raise unknown("input setting", key, known)
        if missing := sorted(set(known) - {"interpolation"} - set(values)):
            raise ErrataError(f"the input settings lack {', '.join(missing)}; write the checkpoint again")
        spec = cls(**{**values, "mean": tuple(values["mean"]), "std": tuple(values["std"])})
        if spec.interpolation not in FILTERS:
            raise unknown("interpolation", spec.interpolation, FILTERS)
        return spec
