"""Pictures of no scene: a portrait, fruit on a table, a page of text, a guitar."""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from curation.datasets.scenery.noise import Field, bilinear, mix, rough, smooth, smoothstep

_FRUIT = np.array([(0.55, 0.05, 0.03), (0.75, 0.32, 0.03), (0.30, 0.42, 0.05), (0.75, 0.60, 0.08), (0.22, 0.04, 0.14)])
_SKIN = np.array([(0.62, 0.40, 0.30), (0.42, 0.25, 0.17), (0.22, 0.12, 0.08), (0.70, 0.48, 0.38)])


def paint_oddment(rng: np.random.Generator, size_px: int) -> Field:
    """Paint a picture that belongs to none of the classes; linear light, shape (size_px, size_px, 3)."""
    return (_portrait, _still_life, _page, _guitar)[int(rng.integers(4))](rng, size_px)


def _grid(size_px: int) -> tuple[Field, Field]:
    v, u = (np.mgrid[0:size_px, 0:size_px].astype(np.float32) + 0.5) / size_px
    return u, v


def _backdrop(rng: np.random.Generator, u: Field, v: Field) -> Field:
    """Return an out-of-focus wall with a gradient of light, shape (H, W, 3)."""
    first, second = rng.uniform(0.03, 0.5, 3), rng.uniform(0.03, 0.5, 3)
    cloud = bilinear(smooth(), u * 0.3 + rng.random(), v * 0.3 + rng.random())
    return mix(first, second, smoothstep(-1.5, 1.5, cloud + 2 * (v - u))[..., None])


def _ball(picture: Field, centre: tuple[float, float], radii: tuple[float, float], colour: Field, gloss: float) -> None:
    """Put an ellipsoid, lit from the upper left, into the picture; centre and radii are shares of its side."""
    u, v = _grid(picture.shape[0])
    x, y = (u - centre[0]) / radii[0], (v - centre[1]) / radii[1]
    depth = np.sqrt(np.clip(1 - x**2 - y**2, 0, None))
    light = np.clip(-0.5 * x - 0.6 * y + 0.62 * depth, 0, 1)
    body = colour * (0.18 + 1.1 * light)[..., None] + gloss * (light**40)[..., None]
    cover = smoothstep(1.04, 0.97, np.sqrt(x**2 + y**2))
    picture[:] = mix(picture, body, cover[..., None])


def _portrait(rng: np.random.Generator, size_px: int) -> Field:
    """Paint the head and shoulders of a person before a blurred wall."""
    u, v = _grid(size_px)
    picture = _backdrop(rng, u, v)
    x, y, r = rng.uniform(0.4, 0.6), rng.uniform(0.38, 0.48), rng.uniform(0.15, 0.22)
    skin, hair, cloth = (
        _SKIN[rng.integers(4)],
        rng.uniform(0.01, 0.25) * np.array([1, 0.7, 0.4]),
        rng.uniform(0.03, 0.5, 3),
    )
    long = rng.random() < 0.5
    _ball(picture, (x, y + (0.25 if long else -0.1) * r), (1.25 * r, (1.9 if long else 1.35) * r), hair, 0.05)
    _ball(picture, (x, y + 3.6 * r), (2.5 * r, 2.1 * r), cloth, 0.02)
    _ball(picture, (x, y + 1.3 * r), (0.42 * r, 0.7 * r), skin * 0.75, 0.0)
    _ball(picture, (x, y), (r, 1.3 * r), skin, 0.08)
    for side in (-1, 1):
        _ball(picture, (x + side * 0.4 * r, y - 0.1 * r), (0.17 * r, 0.09 * r), np.array([0.75, 0.75, 0.75]), 0.0)
        _ball(picture, (x + side * 0.4 * r, y - 0.1 * r), (0.08 * r, 0.09 * r), np.array([0.04, 0.03, 0.02]), 0.6)
        _ball(picture, (x + side * 0.4 * r, y - 0.38 * r), (0.24 * r, 0.05 * r), hair, 0.0)
    _ball(picture, (x, y + 0.25 * r), (0.12 * r, 0.24 * r), skin * 1.05, 0.15)
    _ball(picture, (x, y + 0.68 * r), (0.32 * r, 0.09 * r), np.array([0.35, 0.08, 0.07]), 0.1)
    _ball(picture, (x, y - 0.95 * r), (0.95 * r, 0.45 * r), hair, 0.06)
    return picture


def _still_life(rng: np.random.Generator, size_px: int) -> Field:
    """Paint fruit and a vase on a wooden table."""
    u, v = _grid(size_px)
    wood = bilinear(rough(), u * 0.1 + rng.random(), v * 0.9) * 0.14
    table = np.array([0.30, 0.17, 0.08]) * rng.uniform(0.5, 1.5) * (1 + wood)[..., None]
    edge = rng.uniform(0.45, 0.62)
    picture = np.where((v > edge)[..., None], table, _backdrop(rng, u, v)).astype(np.float32)
    if rng.random() < 0.6:
        x, cloth = rng.uniform(0.25, 0.75), rng.uniform(0.05, 0.6, 3)
        _ball(picture, (x, edge - 0.02), (0.13, 0.20), cloth, 0.5)
        _ball(picture, (x, edge - 0.26), (0.06, 0.13), cloth * 0.9, 0.4)
    for depth in np.sort(rng.uniform(0.06, 0.34, int(rng.integers(3, 8)))):
        x, r = rng.uniform(0.12, 0.88), rng.uniform(0.07, 0.13) * (0.8 + depth)
        shadow = smoothstep(1.2, 0.3, np.hypot((u - x - 0.5 * r) / (1.5 * r), (v - edge - depth) / (0.45 * r)))
        picture = picture * (1 - 0.75 * shadow)[..., None]
        _ball(picture, (x, edge + depth - 0.75 * r), (r, r * rng.uniform(0.85, 1.1)), _FRUIT[rng.integers(5)], 0.55)
    return picture


def _page(rng: np.random.Generator, size_px: int) -> Field:
    """Paint a photographed page of words too small to read."""
    n = 4 * size_px
    sheet = Image.new("RGB", (n, n), (236, 231, 219))
    draw, line, y = ImageDraw.Draw(sheet), n * rng.uniform(0.025, 0.05), 0.1 * n
    draw.rectangle((0.1 * n, y, rng.uniform(0.4, 0.8) * n, y + 1.2 * line), fill=(40, 38, 36))
    y += 3 * line
    while y < 0.93 * n:
        x = 0.1 * n
        while x < rng.uniform(0.75, 0.88) * n:
            word = rng.uniform(0.7, 4.0) * line
            draw.rectangle((x, y, min(x + word, 0.9 * n), y + 0.42 * line), fill=(70, 68, 66))
            x += word + 0.5 * line
        y += line * (1.0 if rng.random() > 0.12 else 2.0)
    sheet = sheet.rotate(rng.uniform(-14, 14), Image.Resampling.BILINEAR, fillcolor=(60, 42, 30))
    small = np.asarray(sheet.resize((size_px, size_px), Image.Resampling.BOX), dtype=np.float32) / 255
    u, v = _grid(size_px)
    return np.asarray(small**2.2 * (0.45 + 0.5 * (1 - u) + 0.3 * v)[..., None], dtype=np.float32)


def _guitar(rng: np.random.Generator, size_px: int) -> Field:
    """Paint a guitar leaning against a wall."""
    n = 4 * size_px
    layer = Image.new("RGBA", (n, n), (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    wood = tuple(int(c) for c in rng.uniform(0.6, 1.1) * np.array([190, 112, 48]))

    def oval(x: float, y: float, rx: float, ry: float, colour: tuple[int, ...]) -> None:
        draw.ellipse(((x - rx) * n, (y - ry) * n, (x + rx) * n, (y + ry) * n), fill=colour)

    for grow, colour in ((0.012, (46, 24, 12)), (0.0, wood)):
        oval(0.5, 0.72, 0.19 + grow, 0.165 + grow, colour)
        oval(0.5, 0.52, 0.14 + grow, 0.13 + grow, colour)
    oval(0.5, 0.58, 0.055, 0.055, (24, 14, 9))
    draw.rectangle((0.475 * n, 0.1 * n, 0.525 * n, 0.55 * n), fill=(52, 30, 18))
    draw.rectangle((0.455 * n, 0.03 * n, 0.545 * n, 0.12 * n), fill=(80, 44, 22))
    draw.rectangle((0.43 * n, 0.76 * n, 0.57 * n, 0.78 * n), fill=(40, 24, 16))
    for string in range(6):
        x = (0.48 + 0.008 * string) * n
        draw.line((x, 0.06 * n, x, 0.77 * n), fill=(222, 214, 196), width=max(1, n // 300))
    layer = layer.rotate(rng.uniform(-35, 35), Image.Resampling.BICUBIC).resize(
        (size_px, size_px), Image.Resampling.BOX
    )
    u, v = _grid(size_px)
    body = np.asarray(layer, dtype=np.float32) / 255
    shadow = np.asarray(layer.getchannel("A").filter(ImageFilter.GaussianBlur(size_px / 20)), dtype=np.float32) / 255
    wall = _backdrop(rng, u, v) * (1 - 0.6 * np.roll(shadow, size_px // 16, axis=(0, 1)))[..., None]
    return mix(wall, body[..., :3] ** 2.2 * (1.3 - 0.8 * u)[..., None], body[..., 3:])
