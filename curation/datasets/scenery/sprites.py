"""Trees, people, cars, lamps and boats: flat figures that stand in a scene, lit by it and hidden by what is nearer."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw

from curation.datasets.scenery.camera import Camera
from curation.datasets.scenery.light import Light, hazed
from curation.datasets.scenery.noise import Field, nearest, rough

_PAINTS = np.array(
    [(0.35, 0.03, 0.03), (0.03, 0.06, 0.20), (0.5, 0.5, 0.5), (0.03, 0.03, 0.035), (0.7, 0.7, 0.7), (0.5, 0.36, 0.05)]
)
_SIZES_M = {
    "person": (1.75, 0.75),
    "car": (1.5, 3.2),
    "broadleaf": (8.0, 6.5),
    "conifer": (11.0, 4.5),
    "lamp": (6.5, 1.4),
    "boat": (7.0, 7.0),
}


@dataclass(frozen=True)
class Stage:
    """A picture under way, changed in place by the figures put into it."""

    camera: Camera
    light: Light
    picture: Field  # (H, W, 3) linear light
    depth: Field  # (H, W) metres ahead


def stand(stage: Stage, rng: np.random.Generator, kind: str, x_m: float, z_m: float, turn: float = 0.0) -> None:
    """Put a figure on the ground `x_m` to the right and `z_m` ahead (of the camera before its `turn`, radians)."""
    camera, light = stage.camera, stage.light
    ahead = z_m * np.cos(turn) + x_m * np.sin(turn)
    aside = x_m * np.cos(turn) - z_m * np.sin(turn)
    if ahead < 2.5:
        return
    tall_m, wide_m = (s * rng.lognormal(0, 0.15) for s in _SIZES_M[kind])
    scale = camera.focal / 2 * camera.size_px / ahead  # pixels a metre
    tall, wide = round(tall_m * scale), max(2, round(wide_m * scale))
    left, top = round(float(camera.column(aside, ahead)) - wide / 2), round(float(camera.row(tall_m, ahead)))
    n = camera.size_px
    if tall < 3 or tall > 3 * n or left >= n or left + wide <= 0 or top >= n:
        return
    colour, cover = _figure(rng, light, kind, tall, wide)
    rows, columns = slice(max(top, 0), min(top + tall, n)), slice(max(left, 0), min(left + wide, n))
    cut = (slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left))
    share = (cover[cut] * (stage.depth[rows, columns] > ahead))[..., None]
    body = hazed(light, colour[cut], np.full(share.shape[:2], ahead * 2, dtype=np.float32))
    stage.picture[rows, columns] += (body - stage.picture[rows, columns]) * share


def _figure(rng: np.random.Generator, light: Light, kind: str, tall: int, wide: int) -> tuple[Field, Field]:
    """Return lit colour, shape (tall, wide, 3), and cover 0..1, shape (tall, wide), of a figure."""
    if kind in ("broadleaf", "conifer"):
        return _tree(rng, light, kind, tall, wide)
    flat = np.zeros((tall, wide, 3), dtype=np.float32)
    cover = np.zeros((tall, wide), dtype=np.float32)
    day = light.ambient * 0.9 + light.sunlight * 0.35 + (np.array([0.06, 0.04, 0.02]) if light.dark else 0)
    for colour, shape, corners in _parts(rng, kind):
        mask = _mask(shape, corners, tall, wide)
        glow = 2.2 if sum(colour) > 2.5 and light.dark else 0.0
        flat += (np.asarray(colour) * (day + glow) - flat) * mask[..., None]
        cover = np.maximum(cover, mask)
    return flat, cover


def _parts(rng: np.random.Generator, kind: str) -> list[tuple[tuple[float, ...], str, list[float]]]:
    """Return colour, shape and corners (0..1 of the figure's box, x then y) of the parts of a figure, back to front."""
    paint = tuple(float(c) for c in _PAINTS[rng.integers(len(_PAINTS))] * rng.uniform(0.6, 1.2))
    dark, skin = (0.03, 0.03, 0.04), (0.42, 0.25, 0.17)
    if kind == "person":
        stride = rng.uniform(0.02, 0.22)
        return [
            (
                dark,
                "polygon",
                [0.38, 0.5, 0.62, 0.5, 0.6 + stride, 1, 0.5 + stride, 1, 0.5, 0.62, 0.5 - stride, 1, 0.4 - stride, 1],
            ),
            (paint, "polygon", [0.3, 0.2, 0.7, 0.2, 0.74, 0.55, 0.26, 0.55]),
            (skin, "ellipse", [0.36, 0.0, 0.64, 0.17]),
        ]
    if kind == "car":
        return [
            (
                paint,
                "polygon",
                [0.0, 0.85, 0.02, 0.5, 0.18, 0.42, 0.3, 0.05, 0.75, 0.05, 0.9, 0.42, 1.0, 0.5, 1.0, 0.85],
            ),
            ((0.06, 0.08, 0.1), "polygon", [0.24, 0.42, 0.33, 0.12, 0.72, 0.12, 0.84, 0.42]),
            (dark, "ellipse", [0.1, 0.62, 0.3, 1.0]),
            (dark, "ellipse", [0.7, 0.62, 0.9, 1.0]),
            ((1.0, 0.9, 0.7), "ellipse", [0.0, 0.52, 0.06, 0.66]),
        ]
    if kind == "lamp":
        return [
            (dark, "polygon", [0.47, 0.02, 0.53, 0.02, 0.53, 1.0, 0.47, 1.0]),
            ((1.0, 0.85, 0.75), "ellipse", [0.3, 0.0, 0.7, 0.07]),
        ]
    return [
        ((0.6, 0.58, 0.54), "polygon", [0.52, 0.0, 0.95, 0.78, 0.52, 0.78]),
        ((0.7, 0.68, 0.62), "polygon", [0.48, 0.08, 0.48, 0.78, 0.12, 0.78]),
        (paint, "polygon", [0.05, 0.83, 0.95, 0.83, 0.8, 1.0, 0.18, 1.0]),
    ]


def _mask(shape: str, corners: list[float], tall: int, wide: int) -> Field:
    """Return a smooth-edged shape, (tall, wide), 0..1."""
    image = Image.new("L", (wide * 3, tall * 3))
    scaled = [c * (wide, tall)[i % 2] * 3 for i, c in enumerate(corners)]
    draw = ImageDraw.Draw(image)
    (draw.ellipse if shape == "ellipse" else draw.polygon)(scaled, fill=255)
    return np.asarray(image.reduce(3), dtype=np.float32) / 255


def _tree(rng: np.random.Generator, light: Light, kind: str, tall: int, wide: int) -> tuple[Field, Field]:
    """Return a tree: a noisy crown, lit from the sun's side, over a trunk."""
    y, x = np.mgrid[0:tall, 0:wide].astype(np.float32)
    v, u = (y + 0.5) / tall, (x + 0.5) / wide * 2 - 1
    place = rng.random(2)
    texture = nearest(rough(), u * 0.06 * wide / tall + place[0], v * 0.12 + place[1])
    coarse = nearest(rough(), u * 0.02 + place[1], v * 0.04 + place[0])
    if kind == "conifer":
        crown = np.abs(u) < (v * 0.95) * (0.75 + 0.25 * np.modf(v * 9)[0]) + 0.06 * texture
        crown &= v < 0.93
    else:
        crown = (u / 0.95) ** 2 + ((v - 0.38) / 0.38) ** 2 < 1 + 0.22 * texture + 0.22 * coarse
    greens = {"autumn": (0.26, 0.12, 0.02), "winter": (0.09, 0.08, 0.07), "spring": (0.10, 0.17, 0.03)}
    green = np.array((0.025, 0.055, 0.025) if kind == "conifer" else greens.get(light.season, (0.05, 0.10, 0.025)))
    if light.wintry and kind == "conifer":
        green = green + 0.25 * np.clip(texture, 0, 1)[..., None]
    side = np.clip(0.55 + 0.45 * u * np.sign(light.sun[0]) - 0.5 * (v - 0.4) + 0.35 * texture, 0.1, 1.4)
    colour = green * rng.uniform(0.7, 1.4) * (light.ambient * 0.9 + light.sunlight * 0.6 * side[..., None])
    trunk = (np.abs(u) < 0.07) & (v > 0.5)
    bark = np.array([0.05, 0.038, 0.028]) * (light.ambient + light.sunlight * 0.4)
    bare = 0.55 if light.season == "winter" and kind == "broadleaf" else 1.0
    cover = np.where(crown, np.where(texture > 1.0 - 1.6 * bare, 1.0, 0.12), 0.0)
    colour = np.where((trunk & ~crown)[..., None], bark, colour)
    return colour.astype(np.float32), np.maximum(cover, trunk).astype(np.float32)
