"""Pictures of more than 8 bits and pictures with transparent parts, as people see them: grey levels and grounds."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from models.arrays import BoolArray, ByteArray, Doubles
from models.errors import ErrataError
from models.images.grey_range import GreyRange

if TYPE_CHECKING:
    from PIL import Image

STRETCHED, DARK_GROUND = "stretched", "on black"  # readings that change pixels; "" = as the file says
_DEPTHS = (2**8 - 1, 2**10 - 1, 2**12 - 1, 2**14 - 1, 2**16 - 1)  # highest values of cameras and scanners
_OUTLIERS = 0.1  # percent of the pixels at each end that may lie outside the range that is shown
# Values that stand for "not measured" where they lie apart from all others (GDAL, NASA, USGS, medical padding).
_NO_DATA = (-999.0, -1000.0, -2000.0, -3000.0, -3024.0, -9999.0, -32767.0, -32768.0, -99999.0, 65535.0, 99999.0)
_NO_NUMBER = 1e30  # larger ones are fillers, as the lowest float32
_FAR = 4  # times the range of all others: so far away, any value is a filler
_MOSTLY = 0.5  # of the measured pixels; with more outside, a range is not that of the picture
_FAINT = 40  # mean difference from white, in levels of 255, below which a drawing is lost on it


def levels_of_16_bits(values: npt.NDArray[np.integer], grey_range: GreyRange | None = None) -> tuple[ByteArray, str]:
    """Return grey or colour values of 0 to 65535 as 8 bits, and how they were read.

    The highest value but for a thousandth of the pixels tells how many bits the camera had: 8, 10, 12, 14 or 16. Dark
    and bright pictures of the same depth keep their difference. 65535 above a smaller depth is no measurement.

    Args:
        values: shape (H, W) or (H, W, 3).
        grey_range: of the data set, which counts where it is known; see `levels_in_range`.

    Raises:
        ErrataError: as `levels_in_range`.
    """
    if grey_range:
        return levels_in_range(values, grey_range)
    known, full = np.asarray(values, np.float64), _DEPTHS[-1]
    below = known[known < full]
    robust = float(np.percentile(below, 100 - _OUTLIERS, method="lower")) if len(below) else full
    depth = next(depth for depth in _DEPTHS if robust <= depth) if robust else full
    shown = np.where((known == full) & (depth < full), 0, np.minimum(known, depth))
    return np.rint(shown * (255 / depth)).astype(np.uint8), STRETCHED if depth < full else ""


def levels_of_numbers(
    values: Doubles, no_data: float | None = None, grey_range: GreyRange | None = None
) -> tuple[ByteArray, str]:
    """Return numbers of any range as 8 bits, stretched from the lowest to the highest value, and how they were read.

    The outermost thousandth at each end is clipped, so that no single pixel flattens a picture. What was not measured
    (NaN, infinity, fillers such as -9999) becomes black.

    Args:
        values: shape (H, W).
        no_data: the filler that the file names.
        grey_range: of the data set, which counts where it is known; see `levels_in_range`.

    Raises:
        ErrataError: nothing was measured; the sentence goes after the file's name.
    """
    if grey_range:
        return levels_in_range(values, grey_range, no_data)
    measured = _measured(values, no_data)
    if not measured.any():
        raise ErrataError("holds no measured value (all are NaN, infinite or fillers); take it out")
    known = values[measured]
    low = float(np.percentile(known, _OUTLIERS, method="higher"))
    high = float(np.percentile(known, 100 - _OUTLIERS, method="lower"))
    if high <= low:  # but for a few pixels, the picture is flat
        low, high = float(known.min()), float(known.max())
    shown = np.clip(np.where(measured, values, low), low, high)
    return np.rint((shown - low) * (255 / (high - low or 1))).astype(np.uint8), STRETCHED


def levels_in_range(
    values: npt.NDArray[np.integer] | Doubles, grey_range: GreyRange, no_data: float | None = None
) -> tuple[ByteArray, str]:
    """Return numbers as 8 bits, black at the low end of a range and white at its high end, and how they were read.

    Values outside are black or white; NaN, infinity and fillers (-9999, 65535 … outside the range) are black.

    Args:
        values: shape (H, W) or (H, W, 3).
        grey_range: of the data set.
        no_data: the filler that the file names.

    Raises:
        ErrataError: nothing was measured; the sentence goes after the file's name.
    """
    known, (low, high) = np.asarray(values, np.float64), (grey_range.low, grey_range.high)
    fillers = [value for value in _NO_DATA if not low <= value <= high]
    with np.errstate(invalid="ignore"):
        measured = np.isfinite(known) & (np.abs(known) < _NO_NUMBER) & ~np.isin(known, fillers)
    if no_data is not None:
        measured &= known != no_data
    if not measured.any():
        raise ErrataError("holds no measured value (all are NaN, infinite or fillers); take it out")
    seen = known[measured]
    outside = bool(np.mean((seen < low) | (seen > high)) > _MOSTLY)
    shown = np.clip(np.where(measured, known, low), low, high)
    return np.rint((shown - low) * (255 / (high - low))).astype(np.uint8), grey_range.reading(outside)


def on_ground(image: "Image.Image") -> "tuple[Image.Image, str]":
    """Return a picture with transparent parts on white, or on black where white would hide it, and which it was.

    Most pictures with transparency are drawn for white; black or grey would look like a new dark object. A white
    drawing is lost there.
    """
    from PIL import Image  # here: commands that only list need the names of the readings, but no pictures

    over = image.convert("RGBA")
    dark = _lost_on_white(np.asarray(over))
    ground = Image.new("RGBA", over.size, "black" if dark else "white")
    return Image.alpha_composite(ground, over).convert("RGB"), DARK_GROUND if dark else ""


def _lost_on_white(pixels: ByteArray) -> bool:
    """Return whether what is drawn, shape (H, W, 4), differs too little from white."""
    opacity = pixels[..., 3].astype(np.float64)
    if not opacity.any() or opacity.min() == 255:
        return False
    difference = 255.0 - pixels[..., :3].min(2)  # of the channel that differs most
    return bool((difference * opacity).sum() / opacity.sum() < _FAINT)


def _measured(values: Doubles, no_data: float | None) -> BoolArray:
    """Return which values are measurements, shape (H, W)."""
    with np.errstate(invalid="ignore"):
        measured = np.isfinite(values) & (np.abs(values) < _NO_NUMBER)
    if no_data is not None:
        measured &= values != no_data
    for lowest in (True, False):  # at most one filler at each end
        measured = _without_filler(values, measured, lowest)
    return np.asarray(measured)


def _without_filler(values: Doubles, measured: BoolArray, lowest: bool) -> BoolArray:
    """Return which values are measurements, without the lowest or highest one where it lies apart from all others."""
    known = values[measured]
    outermost = float(known.min(initial=np.inf) if lowest else known.max(initial=-np.inf))
    others = known[known != outermost]
    if not len(others):
        return measured
    span = float(others.max() - others.min())
    gap = float(np.abs(others - outermost).min())
    filler = gap > span > 0 and (outermost in _NO_DATA or gap > _FAR * span)
    return measured & (values != outermost) if filler else measured
