"""Pictures of more than 8 bits and pictures with transparent parts, as people see them: grey levels and grounds.

Arrays are gone through in blocks: a picture of 50 megapixels must not take ten times its own memory.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from models.arrays import BoolArray, ByteArray, Doubles, IntArray
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
_BLOCK = 2**20  # pixels at a time
_NOTHING = "holds no measured value (all are NaN, infinite or fillers); take it out"
Numbers = npt.NDArray[np.integer] | npt.NDArray[np.floating]


def levels_of_16_bits(values: npt.NDArray[np.integer], grey_range: GreyRange | None = None) -> tuple[ByteArray, str]:
    """Return grey values of 0 to 65535 as 8 bits, and how they were read.

    The highest value but for a thousandth of the pixels tells how many bits the camera had: 8, 10, 12, 14 or 16. Dark
    and bright pictures of the same depth keep their difference. 65535 above a smaller depth is no measurement.

    Args:
        values: shape (H, W).
        grey_range: of the data set, which counts where it is known; see `levels_in_range`.

    Raises:
        ErrataError: as `levels_in_range`.
    """
    if grey_range:
        return levels_in_range(values, grey_range)
    flat, counts = values.reshape(-1), np.zeros(_DEPTHS[-1] + 1, np.int64)
    for part in _blocks(len(flat)):
        counts += np.bincount(flat[part], minlength=len(counts))
    table, reading = _table_of_16_bits(counts)
    levels = np.empty(len(flat), np.uint8)
    for part in _blocks(len(flat)):
        levels[part] = table[flat[part]]
    return levels.reshape(values.shape), reading


def colours_of_16_bits(image: "Image.Image", grey_range: GreyRange | None = None) -> "tuple[Image.Image, str]":
    """Return colours of 16 bits, of which Pillow kept the upper 8, and how they were read; as `levels_of_16_bits`."""
    counts = np.zeros(_DEPTHS[-1] + 1, np.int64)
    counts[::257] = np.array(image.histogram()).reshape(-1, 256).sum(0)
    table, reading = _table_of_16_bits(counts, grey_range)
    return (image.point(table[::257].tolist() * 3), reading) if reading else (image, "")


def _table_of_16_bits(counts: IntArray, grey_range: GreyRange | None = None) -> tuple[ByteArray, str]:
    """Return the level of each value, shape (65536,), and how values that occur so often, (65536,), were read."""
    values, full = np.arange(len(counts)), _DEPTHS[-1]
    if grey_range:
        shown, reading = levels_in_range(values[counts > 0], grey_range, counts=counts[counts > 0])
        table = np.zeros(len(counts), np.uint8)
        table[counts > 0] = shown
        return table, reading
    below = int(counts[:full].sum())
    rank = int((below - 1) * ((100 - _OUTLIERS) / 100))
    robust = int(np.searchsorted(np.cumsum(counts[:full]), rank, side="right")) if below else full
    depth = next(depth for depth in _DEPTHS if robust <= depth) if robust else full
    shown = np.where((values == full) & (depth < full), 0, np.minimum(values, depth))
    return np.rint(shown * (255 / depth)).astype(np.uint8), STRETCHED if depth < full else ""


def levels_of_numbers(
    values: Numbers, no_data: float | None = None, grey_range: GreyRange | None = None
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
    flat = values.reshape(-1)
    measured = np.empty(len(flat), bool)
    for part in _blocks(len(flat)):
        measured[part] = _measured(_doubles(flat[part]), no_data)
    known = flat[measured]
    del measured
    if not len(known):
        raise ErrataError(_NOTHING)
    known.sort()
    for lowest in (True, False):  # at most one filler at each end
        known = _without_filler(known, lowest)
    least, most = float(known[0]), float(known[-1])
    low = float(known[int(np.ceil((len(known) - 1) * (_OUTLIERS / 100)))])
    high = float(known[int((len(known) - 1) * ((100 - _OUTLIERS) / 100))])
    del known
    if high <= low:  # but for a few pixels, the picture is flat
        low, high = least, most
    levels = np.empty(len(flat), np.uint8)
    for part in _blocks(len(flat)):
        block = _doubles(flat[part])
        with np.errstate(invalid="ignore"):
            seen = _measured(block, no_data) & (block >= least) & (block <= most)
        levels[part] = _scaled(block, seen, low, high)
    return levels.reshape(values.shape), STRETCHED


def levels_in_range(
    values: Numbers, grey_range: GreyRange, no_data: float | None = None, counts: IntArray | None = None
) -> tuple[ByteArray, str]:
    """Return numbers as 8 bits, black at the low end of a range and white at its high end, and how they were read.

    Values outside are black or white; NaN, infinity and fillers (-9999, 65535 … outside the range) are black.

    Args:
        values: shape (H, W).
        grey_range: of the data set.
        no_data: the filler that the file names.
        counts: how many pixels have each value, in the shape of `values`; 1 by default.

    Raises:
        ErrataError: nothing was measured; the sentence goes after the file's name.
    """
    low, high = grey_range.low, grey_range.high
    fillers = [value for value in _NO_DATA if not low <= value <= high]
    flat, levels = values.reshape(-1), np.empty(values.size, np.uint8)
    pixels = outside = 0
    for part in _blocks(len(flat)):
        block = _doubles(flat[part])
        weight = np.ones(1, np.int64) if counts is None else counts.reshape(-1)[part]
        seen = _measured(block, no_data) & ~np.isin(block, fillers)
        with np.errstate(invalid="ignore"):
            beyond = seen & ((block < low) | (block > high))
        pixels += int((seen * weight).sum())
        outside += int((beyond * weight).sum())
        levels[part] = _scaled(block, seen, low, high)
    if not pixels:
        raise ErrataError(_NOTHING)
    return levels.reshape(values.shape), grey_range.reading(outside / pixels > _MOSTLY)


def on_ground(image: "Image.Image") -> "tuple[Image.Image, str]":
    """Return a picture with transparent parts on white, or on black where white would hide it, and which it was.

    Most pictures with transparency are drawn for white; black or grey would look like a new dark object. A white
    drawing is lost there.
    """
    from PIL import Image  # here: commands that only list need the names of the readings, but no pictures

    dark = _lost_on_white(image)
    shown = Image.new("RGB", image.size)
    for strip, top in _strips(image):
        ground = Image.new("RGBA", strip.size, "black" if dark else "white")
        shown.paste(Image.alpha_composite(ground, strip).convert("RGB"), (0, top))
    return shown, DARK_GROUND if dark else ""


def _lost_on_white(image: "Image.Image") -> bool:
    """Return whether what is drawn differs too little from white."""
    drawn, opaque, difference = 0, True, 0
    for strip, _ in _strips(image):
        pixels = np.asarray(strip)  # (h, W, 4)
        red, green, blue, opacity = np.moveaxis(pixels, 2, 0)
        darkest = np.minimum(np.minimum(red, green), blue)  # the channel that differs most
        drawn += int(opacity.sum(dtype=np.int64))
        opaque &= bool(opacity.min() == 255)
        difference += int(np.multiply(255 - darkest, opacity, dtype=np.uint16).sum(dtype=np.int64))
    return drawn > 0 and not opaque and difference / drawn < _FAINT


def _strips(image: "Image.Image") -> "Iterator[tuple[Image.Image, int]]":
    """Yield parts of a picture from top to bottom as RGBA, and where each begins."""
    height = max(1, _BLOCK // image.width)
    for top in range(0, image.height, height):
        yield image.crop((0, top, image.width, min(top + height, image.height))).convert("RGBA"), top


def _blocks(n: int) -> Iterator[slice]:
    """Yield the parts of a flat array."""
    return (slice(start, start + _BLOCK) for start in range(0, n, _BLOCK))


def _doubles(values: Numbers) -> Doubles:
    with np.errstate(invalid="ignore"):  # the NaNs of damaged files
        return values.astype(np.float64)


def _scaled(values: Doubles, measured: BoolArray, low: float, high: float) -> ByteArray:
    """Return levels from black at `low` to white at `high`; what was not measured is black."""
    shown = np.clip(np.where(measured, values, low), low, high)
    return np.rint((shown - low) * (255 / (high - low or 1))).astype(np.uint8)


def _measured(values: Doubles, no_data: float | None) -> BoolArray:
    """Return which values are measurements."""
    with np.errstate(invalid="ignore"):
        measured = np.isfinite(values) & (np.abs(values) < _NO_NUMBER)
    if no_data is not None:
        measured &= values != no_data
    return np.asarray(measured)


def _without_filler(known: Numbers, lowest: bool) -> Numbers:
    """Return sorted values without the lowest or highest, where it is a filler: apart from all others."""
    outermost = known[0] if lowest else known[-1]
    place = int(np.searchsorted(known, outermost, "right" if lowest else "left"))
    others = known[place:] if lowest else known[:place]
    if not len(others):
        return known
    span = float(others[-1]) - float(others[0])
    gap = abs(float(others[0] if lowest else others[-1]) - float(outermost))
    filler = gap > span > 0 and (float(outermost) in _NO_DATA or gap > _FAR * span)
    return others if filler else known
