"""Where a drawn scene is seen from, and how the picture is developed."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PIL import Image

from curation.datasets.scenery.light import Light
from curation.datasets.scenery.noise import Field, mix
from models.arrays import ByteArray

_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)  # ITU-R BT.709


@dataclass(frozen=True)
class Camera:
    """A level camera whose lens is shifted instead of tilted, so that verticals stay vertical."""

    size_px: int  # of the square picture while it is painted
    focal: float  # 1.0 sees 90 degrees across; more sees less
    horizon: float  # row of the horizon as a share of the height, 0 = top
    height_m: float  # of the lens above the ground

    @cached_property
    def across(self) -> Field:
        """Tangent of the angle to the right of each column, shape (W,)."""
        return (((np.arange(self.size_px) + 0.5) / self.size_px * 2 - 1) / self.focal).astype(np.float32)

    @cached_property
    def upward(self) -> Field:
        """Tangent of the angle above the horizon of each row, shape (H,)."""
        return ((self.horizon - (np.arange(self.size_px) + 0.5) / self.size_px) * 2 / self.focal).astype(np.float32)

    @cached_property
    def rays(self) -> Field:
        """Directions through the pixels, shape (H, W, 3), scaled so that z (ahead) is 1."""
        n = self.size_px
        rays = np.ones((n, n, 3), dtype=np.float32)
        rays[..., 0], rays[..., 1] = self.across[None, :], self.upward[:, None]
        return rays

    @cached_property
    def unit_rays(self) -> Field:
        """The same directions with length 1, shape (H, W, 3)."""
        return np.asarray(self.rays / np.sqrt((self.rays**2).sum(-1, keepdims=True)), dtype=np.float32)

    def row(self, height_m: Field | float, depth_m: Field | float) -> Field:
        """Return the (fractional) row in which a point of that height and depth appears."""
        tangent = (np.asarray(height_m, dtype=np.float32) - self.height_m) / depth_m
        return np.asarray((self.horizon - tangent * self.focal / 2) * self.size_px, dtype=np.float32)

    def column(self, x_m: Field | float, depth_m: Field | float) -> Field:
        """Return the (fractional) column in which a point that far to the right appears."""
        tangent = np.asarray(x_m, dtype=np.float32) / depth_m
        return np.asarray((tangent * self.focal + 1) / 2 * self.size_px, dtype=np.float32)


def shrink(image: Field, size_px: int) -> Field:
    """Return the picture, shape (H, W, 3), averaged down to (size_px, size_px, 3)."""
    planes = [Image.fromarray(np.ascontiguousarray(image[..., c])) for c in range(3)]
    small = [np.asarray(p.resize((size_px, size_px), Image.Resampling.HAMMING)) for p in planes]
    return np.asarray(np.maximum(np.stack(small, axis=-1), 0))


def develop(image: Field, light: Light, size_px: int, rng: np.random.Generator) -> ByteArray:
    """Turn linear light into a photograph: weather in the air, exposure, tone curve, cast, vignette and grain.

    Args:
        image: linear light, shape (H, W, 3), at least `size_px` wide.
        light: the scene's light; it decides on rain, snow and how dark the result may be.
        size_px: side of the result.
        rng: draws what differs between two cameras.

    Returns:
        sRGB picture, shape (size_px, size_px, 3), uint8.
    """
    small = shrink(image, size_px)
    if light.weather in ("rain", "snow"):
        small = _precipitation(small, light, rng)
    key = np.exp(np.log(small @ _LUMINANCE + 1e-3).mean())
    target = {"night": 0.075, "dusk": 0.13}.get(light.time, 0.19) * rng.lognormal(0, 0.22)
    small = small * np.float32(np.clip(target / key, 0.15, 12)) * rng.normal(1, 0.045, 3).astype(np.float32)
    grey = (small @ _LUMINANCE)[..., None]
    small = np.maximum(mix(grey, small, rng.uniform(0.75, 1.2)), 0)
    tone = small * (2.51 * small + 0.03) / (small * (2.43 * small + 0.59) + 0.14)  # Narkowicz's fit of the ACES curve
    low, high = np.quantile(tone[::3, ::3], [0.01, 0.99])
    stretch = rng.uniform(0.2, 0.75)  # how far the camera's automatic levels go
    tone = (tone - low * stretch) / (1 - low * stretch - (1 - high) * stretch * (0.3 if light.dark else 1.0))
    edge = np.linspace(-1, 1, size_px, dtype=np.float32) ** 2
    tone = tone * (1 - rng.uniform(0, 0.22) * (edge[:, None] + edge[None, :]))[..., None]
    picture = np.clip(tone, 0, 1) ** np.float32(1 / 2.2)
    grain = min(rng.gamma(2.0, 0.005), 0.025) * (2.0 if light.dark else 1.0)
    picture = picture + rng.standard_normal(picture.shape, dtype=np.float32) * np.float32(grain)
    return np.asarray(np.clip(picture * 255 + 0.5, 0, 255), dtype=np.uint8)


def _precipitation(image: Field, light: Light, rng: np.random.Generator) -> Field:
    """Return the picture with streaks of rain or flakes of snow between the lens and the scene."""
    n = image.shape[0]
    if light.weather == "rain":
        drops = Image.fromarray(rng.random((max(n // 14, 1), n), dtype=np.float32) ** 50)
        streaks = np.asarray(drops.resize((n, n), Image.Resampling.BILINEAR))
        slant = np.rint(np.arange(n) * rng.uniform(-0.3, 0.3)).astype(np.int64)
        streaks = streaks[np.arange(n)[:, None], (np.arange(n)[None, :] + slant[:, None]) % n]
        return mix(image, light.horizon, streaks[..., None] * rng.uniform(0.2, 0.6))
    near, far = (Image.fromarray(rng.random((k, k), dtype=np.float32) ** 90) for k in (max(n // 3, 2), n))
    flakes = np.asarray(near.resize((n, n), Image.Resampling.BICUBIC)) * 0.6 + np.asarray(far) * 0.8
    return mix(image, light.horizon * 1.5, np.clip(flakes * rng.uniform(0.4, 1.2), 0, 1)[..., None])
