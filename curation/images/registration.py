"""Whether two small pictures show the same photograph; one may be cropped, stretched, brighter or stored again.

The second picture is laid over the first by a scale and a shift for each side, found by Gauss-Newton steps on the
correlation, from coarse to fine. Two pictures that only share a layout, such as sea under sky, correlate too; so their
detail, which is what a blur removes, must correlate as well.

Source: Lucas & Kanade 1981 with the correlation of Evangelidis & Psarakis 2008, doi:10.1109/TPAMI.2008.113.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from models.arrays import BoolArray, ByteArray, FloatArray, IntArray

SIDE_PX = 64
MIN_CORRELATION = 0.96  # of the pictures, after brightness and contrast are taken out
MIN_DETAIL = 0.85  # correlation of their detail: planted copies have 0.95 or more
MIN_OVERLAP = 0.6  # of the first picture's area
# Halvings of the side, Gauss-Newton steps, correlation of the pictures and of their detail below which a pair is given
# up. Half to nine tenths of the pairs that only share a layout end by their detail before the costly levels.
_COARSE, _FINE = ((3, 8, 0.6, -1.0), (2, 8, 0.8, 0.4)), ((1, 6, 0.9, 0.5), (0, 4, 0.9, -1.0))
_COARSE_BLUR_PX = 1.0  # structures smoother than this are no detail at less than full size
_SCALES, _SHIFT = (0.7, 1.4), 0.4
_BLUR_PX = 2.0  # structures smoother than this are no detail
# Contrast finer than 1 px as a share of the picture's contrast: 0.05 or more in photographs, 0.04 or less in enlarged
# handwritten digits, whose simple smooth shapes lie over each other without being copies.
_FINE_PX, _LEAST_FINE = 1.0, 0.045
_LEAST_DETAIL = 1.0  # standard deviation in grey levels; less than that is noise of the file format
BLOCK = 256  # pairs at a time: about 30 MB


@dataclass(frozen=True)
class Match:
    """How well the pictures of P pairs lie over each other."""

    correlation: FloatArray  # (P,) in [-1, 1], over what both show
    detail: FloatArray  # (P,) in [-1, 1]; 0 where there is too little of it, or the pair was given up
    overlap: FloatArray  # (P,) share of the first picture that the second shows too

    def same(self) -> BoolArray:
        """Return which pairs show the same photograph, shape (P,)."""
        alike = (self.correlation >= MIN_CORRELATION) & (self.detail >= MIN_DETAIL)
        return np.asarray(alike & (self.overlap >= MIN_OVERLAP))


@dataclass(frozen=True)
class Coarse:
    """What the first look at P pictures needs of each, an eighth of its memory; worked out once for all its pairs."""

    sums: npt.NDArray[np.uint16]  # (P, 16, 16) of 4 x 4 pixels: exact, unlike means in half precision
    fine: FloatArray  # (P,) share of the contrast that is finer than `_FINE_PX`

    @classmethod
    def of(cls, pictures: ByteArray) -> "Coarse":
        """Work it out of grey pictures, uint8, shape (P, 64, 64)."""
        quarter = SIDE_PX // 4
        sums = pictures.reshape(-1, quarter, 4, quarter, 4).sum((2, 4), dtype=np.uint16)
        return cls(sums, _fineness(pictures.astype(np.float32)))

    def where(self, rows: IntArray) -> "Coarse":
        """Return the same of some pictures."""
        return Coarse(self.sums[rows], self.fine[rows])

    def level(self, halvings: int) -> FloatArray:
        """Return the pictures at an eighth or a quarter of their side, (P, 8, 8) or (P, 16, 16)."""
        quarters: FloatArray = np.asarray(self.sums / np.float32(16), np.float32)
        return np.asarray(quarters if halvings == 2 else _halved(quarters), np.float32)


def register(first: ByteArray, second: ByteArray) -> Match:
    """Lay each second picture over the first.

    Args:
        first: grey pictures, uint8, shape (P, 64, 64).
        second: grey pictures, likewise.
    """
    parts = [_register(first[s : s + BLOCK], second[s : s + BLOCK]) for s in range(0, len(first), BLOCK)]
    empty: FloatArray = np.empty((0, 3), np.float32)
    return Match(*np.concatenate([empty, *parts]).T)


def first_look(first: Coarse, second: Coarse) -> tuple[IntArray, FloatArray, FloatArray]:
    """Return which of P pairs may show the same photograph, (H,), their places, (H, 4), and the P correlations.

    Most pairs end here: their pictures are not needed at full size.
    """
    correlation = np.zeros(len(first.fine), np.float32)
    fine = np.maximum(first.fine, second.fine)  # one picture may be the other enlarged
    left = np.flatnonzero(fine >= _LEAST_FINE)
    place = np.tile(np.array([1, 1, 0, 0], np.float32), (len(left), 1))
    for halvings, steps, hopeless, plain in _COARSE:
        if not len(left):
            break
        sides = [pictures.where(left).level(halvings) for pictures in (first, second)]
        place, correlation[left] = _refined(sides[0], sides[1], place, steps)
        hope = _hope(sides[0], sides[1], place, correlation[left], hopeless, plain)
        left, place = left[hope], place[hope]
    return left, place, correlation


def second_look(first: ByteArray, second: ByteArray, place: FloatArray) -> Match:
    """Lay second pictures over the first ones from where the first look left them, shape (P, 4)."""
    answers = np.zeros((len(first), 3), np.float32)
    left, sides = np.arange(len(first)), [first.astype(np.float32), second.astype(np.float32)]
    for halvings, steps, hopeless, plain in _FINE:
        if not len(left):
            return Match(*answers.T)
        levels = [side[left] if halvings == 0 else _halved(side[left]) for side in sides]
        place, answers[left, 0] = _refined(levels[0], levels[1], place, steps)
        hope = _hope(levels[0], levels[1], place, answers[left, 0], hopeless, plain)
        left, place = left[hope], place[hope]
    detail, amount, overlap = _detail(sides[0][left], sides[1][left], place, _BLUR_PX)
    answers[left, 1:] = np.stack([detail * (amount >= _LEAST_DETAIL), overlap], 1)
    return Match(*answers.T)


def _register(first: ByteArray, second: ByteArray) -> FloatArray:
    """Return correlation, detail and overlap of a block of pairs, shape (P, 3)."""
    answers = np.zeros((len(first), 3), np.float32)
    left, place, answers[:, 0] = first_look(Coarse.of(first), Coarse.of(second))
    match = second_look(first[left], second[left], place)
    answers[left] = np.stack([match.correlation, match.detail, match.overlap], 1)
    return answers


def _halved(pictures: FloatArray) -> FloatArray:
    """Return the pictures at half their side, (P, S / 2, S / 2)."""
    half = pictures.shape[1] // 2
    return np.asarray(pictures.reshape(-1, half, 2, half, 2).mean((2, 4)))


def _refined(first: FloatArray, second: FloatArray, place: FloatArray, steps: int) -> tuple[FloatArray, FloatArray]:
    """Return each pair's best place in so many steps, (scale x, scale y, shift x, shift y), and its correlation."""
    side = first.shape[1]
    position = _positions(side)
    slopes = [slope * (side / 2) for slope in (np.gradient(second, axis=2), np.gradient(second, axis=1))]
    best, highest = place.copy(), np.full(len(place), -1, np.float32)
    for step in range(steps + 1):
        rows, columns, seen = _grid(place, side)
        laid, norm = _normalised(_laid(second, rows, columns), seen)
        target, _ = _normalised(first, seen)
        correlation = (laid * target).sum((1, 2))
        better = (correlation > highest) & (seen.mean((1, 2)) > 0.5)
        best[better], highest[better] = place[better], correlation[better]
        if step == steps:
            break
        across, down = (_laid(slope, rows, columns) * seen / norm for slope in slopes)
        moves = [across * position, down * position[:, None], across, down]
        jacobian = np.stack(moves, 1).reshape(len(place), 4, side * side)
        square = jacobian @ jacobian.transpose(0, 2, 1)
        damping = 1e-3 * np.trace(square, axis1=1, axis2=2) + 1e-9
        square += damping[:, None, None] * np.eye(4, dtype=np.float32)
        error = jacobian @ (target - laid).reshape(len(place), side * side, 1)
        place = place + np.clip(np.linalg.solve(square, error)[..., 0], -0.1, 0.1)
        place = np.concatenate([np.clip(place[:, :2], *_SCALES), np.clip(place[:, 2:], -_SHIFT, _SHIFT)], 1)
    return best, highest


def _hope(
    first: FloatArray, second: FloatArray, place: FloatArray, correlation: FloatArray, hopeless: float, plain: float
) -> BoolArray:
    """Return which pairs may still show the same photograph, shape (P,), by correlation and, above -1, by detail."""
    hope = correlation >= hopeless
    if plain > -1:
        left = np.flatnonzero(hope)
        hope[left] = _detail(first[left], second[left], place[left], _COARSE_BLUR_PX)[0] >= plain
    return np.asarray(hope)


def _detail(
    first: FloatArray, second: FloatArray, place: FloatArray, blur_px: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return of each pair the correlation of detail, its amount in grey levels at least, and the overlap, (P,) each."""
    rows, columns, seen = _grid(place, first.shape[1])
    pictures = first, _laid(second, rows, columns)
    details, norms = zip(*(_normalised(_without_smooth(part, blur_px), seen) for part in pictures), strict=True)
    amount = np.minimum(*norms)[:, 0, 0] / np.maximum(np.sqrt(seen.sum((1, 2))), 1)
    return (details[0] * details[1]).sum((1, 2)), amount, seen.mean((1, 2))


def _fineness(pictures: FloatArray) -> FloatArray:
    """Return how much of the pictures' contrast is finer than `_FINE_PX`, shape (P,); 0 in flat ones."""
    return np.asarray(_without_smooth(pictures, _FINE_PX).std((1, 2)) / (pictures.std((1, 2)) + 1e-3))


def _without_smooth(pictures: FloatArray, blur_px: float) -> FloatArray:
    """Return what a Gaussian blur removes from the pictures, shape (P, S, S)."""
    side = pictures.shape[1]
    apart = np.arange(side)[:, None] - np.arange(side)
    weights = np.exp(-0.5 * (apart / blur_px) ** 2)
    smooth = np.asarray(weights / weights.sum(1, keepdims=True), np.float32)
    return pictures - _laid(pictures, smooth, smooth.T)


def _positions(side: int) -> FloatArray:
    """Return the middles of the pixels of a side that runs from -1 to 1."""
    return ((np.arange(side, dtype=np.float32) + 0.5) / side * 2 - 1).astype(np.float32)


def _grid(place: FloatArray, side: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return the matrices that read the second pictures where the first ones' pixels lie, and which are inside.

    Bilinear interpolation along one axis is a matrix of hat functions; `rows @ picture @ columns` does both axes.
    """
    matrices, inside = [], []
    for axis in (1, 0):  # rows, columns
        at = place[:, axis, None] * _positions(side) + place[:, 2 + axis, None]  # (P, S)
        pixel = (at + 1) * (side / 2) - 0.5
        near = np.clip(pixel, 0, side - 1)[:, :, None] - np.arange(side, dtype=np.float32)
        matrices.append(np.maximum(0, 1 - np.abs(near)))
        inside.append((np.abs(at) <= 1).astype(np.float32))
    return matrices[0], matrices[1].transpose(0, 2, 1), inside[0][:, :, None] * inside[1][:, None, :]


def _laid(pictures: FloatArray, rows: FloatArray, columns: FloatArray) -> FloatArray:
    """Return the pictures read through the matrices of `_grid`, shape (P, S, S)."""
    return np.asarray(rows @ pictures @ columns)


def _normalised(pictures: FloatArray, seen: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return pictures of mean 0 and length 1 over the pixels seen, 0 elsewhere, and their length before."""
    mean = (pictures * seen).sum((1, 2), keepdims=True) / np.maximum(seen.sum((1, 2), keepdims=True), 1)
    centred = (pictures - mean) * seen
    norm = np.maximum(np.sqrt((centred**2).sum((1, 2), keepdims=True)), 1e-3)
    return centred / norm, norm
