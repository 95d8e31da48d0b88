"""Fractal textures that repeat without a seam: made once, read by every drawn scene at its own place and scale."""

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

Field = npt.NDArray[np.floating[Any]]  # of any shape; float32 wherever it is as large as a picture

TILE = 512  # texels along a side; a power of two, so that wrapping is one bit operation
_CELLS = 40  # tree crowns along a side of the crown texture


def _band(rng: np.random.Generator, centre: float, slope: float) -> Field:
    """Return periodic noise, shape (TILE, TILE), mean 0 and variance 1.

    Its amplitude falls as `frequency ** -slope` above `centre` cycles a tile; a steep slope leaves one octave.
    """
    frequency = np.hypot(np.fft.fftfreq(TILE)[:, None], np.fft.rfftfreq(TILE)[None, :]) * TILE
    with np.errstate(divide="ignore"):
        gain = np.where(frequency < centre, 0.0, (np.maximum(frequency, 1e-9) / centre) ** -slope)
    noise = np.fft.irfft2(np.fft.rfft2(rng.standard_normal((TILE, TILE))) * gain, s=(TILE, TILE))
    return np.asarray((noise - noise.mean()) / noise.std(), dtype=np.float32)


@cache
def rough() -> Field:
    """Return noise with detail at every scale (bark, grass, asphalt), shape (TILE, TILE), mean 0, variance 1."""
    return _band(np.random.default_rng(11), 2.0, 1.0)


@cache
def smooth() -> Field:
    """Return noise led by its large shapes (clouds, hills), shape (TILE, TILE), mean 0, variance 1."""
    return _band(np.random.default_rng(12), 2.0, 1.75)


@cache
def ridged() -> Field:
    """Return sharp crests and worn valleys (mountains), shape (TILE, TILE), 0 = valley floor to 1 = summit."""
    rng = np.random.default_rng(13)
    total = np.zeros((TILE, TILE), dtype=np.float32)
    weight = np.ones_like(total)
    for octave in range(7):
        crest = (1 - np.minimum(np.abs(_band(rng, 1.5 * 2**octave, 4.0)), 2.0) / 2) ** 2
        total += weight * crest * 0.42**octave
        weight = np.clip(weight * crest * 1.6, 0, 1)  # worn valleys stay smooth, crests get the detail
    low, high = np.quantile(total, [0.001, 0.999])
    return np.asarray(np.clip((total - low) / (high - low), 0, 1), dtype=np.float32)


@cache
def crowns() -> tuple[Field, Field]:
    """Return tree crowns from above: height 0..1 and one random tint 0..1 per tree, each of shape (TILE, TILE)."""
    rng = np.random.default_rng(14)
    centre, size, tint = (
        rng.random((2, _CELLS, _CELLS)),
        rng.uniform(0.6, 1, (_CELLS, _CELLS)),
        rng.random((_CELLS, _CELLS)),
    )
    row, column = np.mgrid[0:TILE, 0:TILE] * (_CELLS / TILE)
    height, owner = np.zeros((TILE, TILE)), np.zeros((TILE, TILE))
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            i, j = np.floor(row).astype(int) + down, np.floor(column).astype(int) + right
            wi, wj = i % _CELLS, j % _CELLS
            away = np.hypot(row - i - centre[0, wi, wj], column - j - centre[1, wi, wj])
            cone = np.clip(size[wi, wj] - away, 0, None)
            owner = np.where(cone > height, tint[wi, wj], owner)
            height = np.maximum(cone, height)
    return height.astype(np.float32), owner.astype(np.float32)


def nearest(texture: Field, x: npt.ArrayLike, y: npt.ArrayLike) -> Field:
    """Return the texture at points given in tiles (1.0 = once across), without interpolation; x and y broadcast."""
    i = np.floor(np.asarray(y, dtype=np.float32) * TILE).astype(np.int32) & (TILE - 1)
    j = np.floor(np.asarray(x, dtype=np.float32) * TILE).astype(np.int32) & (TILE - 1)
    return texture.ravel().take(i * TILE + j)


def bilinear(texture: Field, x: npt.ArrayLike, y: npt.ArrayLike) -> Field:
    """Return the texture at points given in tiles (1.0 = once across), interpolated; x and y broadcast."""
    v, u = np.asarray(y, dtype=np.float32) * TILE, np.asarray(x, dtype=np.float32) * TILE
    top, left = np.floor(v), np.floor(u)
    fv, fu = v - top, u - left
    i, j = top.astype(np.intp) & (TILE - 1), left.astype(np.intp) & (TILE - 1)
    below, right, i, flat = ((i + 1) & (TILE - 1)) * TILE, (j + 1) & (TILE - 1), i * TILE, texture.ravel()
    upper, lower = flat.take(i + j), flat.take(below + j)
    upper += (flat.take(i + right) - upper) * fu
    lower += (flat.take(below + right) - lower) * fu
    lower -= upper
    lower *= fv
    lower += upper
    return np.asarray(lower)


def smoothstep(low: npt.ArrayLike, high: npt.ArrayLike, value: npt.ArrayLike) -> Field:
    """Return 0 below `low`, 1 above `high` and an S-shaped passage between; the arguments broadcast."""
    low32, high32, value32 = (np.asarray(a, dtype=np.float32) for a in (low, high, value))
    t = np.clip((value32 - low32) / (high32 - low32), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), dtype=np.float32)


def mix(first: npt.ArrayLike, second: npt.ArrayLike, share: npt.ArrayLike) -> Field:
    """Return `first` where share is 0 and `second` where it is 1; the arguments broadcast."""
    a, b, s = (np.asarray(value, dtype=np.float32) for value in (first, second, share))
    result = np.asarray((b - a) * s)
    return result + a
