"""One drawn picture: of one class, two classes or no class; and what can go wrong with it."""

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

from curation.datasets.scenery.camera import develop
from curation.datasets.scenery.city import paint_buildings, paint_street
from curation.datasets.scenery.forest import paint_forest
from curation.datasets.scenery.heights import paint_glacier, paint_mountain
from curation.datasets.scenery.light import Light, draw_light
from curation.datasets.scenery.noise import Field, bilinear, mix, smooth, smoothstep
from curation.datasets.scenery.oddments import paint_oddment
from curation.datasets.scenery.sea import paint_sea

Painter = Callable[[np.random.Generator, Light, int], Field]

PAINTERS: dict[str, Painter] = {
    "buildings": paint_buildings,
    "forest": paint_forest,
    "glacier": paint_glacier,
    "mountain": paint_mountain,
    "sea": paint_sea,
    "street": paint_street,
}
_OVERSAMPLING = 1.25  # painted larger and averaged down: smooth edges for half again the work


def draw_scene(name: str, size_px: int, rng: np.random.Generator) -> Image.Image:
    """Draw a scene of one class."""
    light = draw_light(rng)
    return Image.fromarray(develop(PAINTERS[name](rng, light, round(size_px * _OVERSAMPLING)), light, size_px, rng))


def draw_blend(first: str, second: str, size_px: int, rng: np.random.Generator) -> Image.Image:
    """Draw two scenes in the same light that pass into each other, so that a person sees both."""
    light, n = draw_light(rng), round(size_px * _OVERSAMPLING)
    v, u = (np.mgrid[0:n, 0:n].astype(np.float32) + 0.5) / n - 0.5
    angle = rng.uniform(-0.5, 0.5) + rng.choice([0, np.pi])  # side by side, so that both keep sky and ground
    edge = u * np.cos(angle) + v * np.sin(angle) + 0.05 * bilinear(smooth(), u + rng.random(), v + rng.random())
    share = smoothstep(-0.10, 0.10, edge + rng.uniform(-0.06, 0.06))[..., None]
    both = mix(PAINTERS[first](rng, light, n), PAINTERS[second](rng, light, n), share)
    return Image.fromarray(develop(both, light, size_px, rng))


def draw_oddment(size_px: int, rng: np.random.Generator) -> Image.Image:
    """Draw a picture of no class."""
    light = draw_light(np.random.default_rng(3))  # indoors: neither rain nor night
    return Image.fromarray(develop(paint_oddment(rng, round(size_px * _OVERSAMPLING)), light, size_px, rng))


def darken(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Return the image as if hardly exposed: at most about an eighth of its brightness."""
    return ImageEnhance.Brightness(image).enhance(rng.uniform(0.05, 0.12))


def blur(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Return the image out of focus."""
    return image.filter(ImageFilter.GaussianBlur(image.width * rng.uniform(0.022, 0.04)))


def retake(image: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Return the same picture cropped by a few per cent and a little brighter or darker: a near duplicate."""
    n = image.width
    left, top, right, bottom = (n * rng.uniform(0.0, 0.05) for _ in range(4))
    box = (left, top, n - right, n - bottom)
    cropped = image.resize((n, n), Image.Resampling.BICUBIC, box=box)
    return ImageEnhance.Brightness(cropped).enhance(rng.uniform(0.88, 1.14))
