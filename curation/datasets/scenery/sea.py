"""Seas: open water, beaches, rocky coasts."""

import numpy as np

from curation.datasets.scenery.camera import Camera
from curation.datasets.scenery.light import Light
from curation.datasets.scenery.noise import Field, bilinear, mix, nearest, ridged, rough, smooth, smoothstep
from curation.datasets.scenery.sprites import Stage, stand
from curation.datasets.scenery.terrain import backdrop, cast, grain, lit, show, water
from models.arrays import BoolArray


def paint_sea(rng: np.random.Generator, light: Light, size_px: int) -> Field:
    """Paint the sea: open water, a beach, a rocky coast or islands; sometimes with boats."""
    kind = str(rng.choice(["open", "beach", "coast"], p=[0.3, 0.36, 0.34]))
    eye = {"open": rng.uniform(2, 25), "beach": rng.choice([2.0, 5.0, 30.0, 90.0])}.get(kind, rng.uniform(4, 60))
    camera = Camera(size_px, rng.uniform(0.8, 1.8), rng.uniform(0.12, 0.62), float(eye))
    behind = backdrop(light, camera)
    land = _coast(rng, light, camera, behind) if kind == "coast" or rng.random() < 0.35 else None
    view = behind if land is None else land[0]
    waves, chop = rng.uniform(1.5, 8), rng.uniform(0.04, 0.22) * (1.6 if light.weather == "rain" else 1.0)
    body = np.array([(0.008, 0.05, 0.09), (0.01, 0.10, 0.13), (0.02, 0.08, 0.08), (0.015, 0.03, 0.06)][rng.integers(4)])
    depth = camera.height_m / np.maximum(-camera.upward, 1e-4)[:, None] + np.zeros((size_px, size_px), dtype=np.float32)
    x = camera.across[None, :] * depth
    shore = _shore_distance(rng, camera, x, depth) if kind == "beach" else None
    colour = np.broadcast_to(body, (size_px, size_px, 3))
    if shore is not None:
        shallow = np.exp(-np.maximum(shore, 0) / (eye * 4 + 6))[..., None]
        colour = mix(body, (0.05, 0.26, 0.26), shallow * rng.uniform(0.4, 1))
    surface = water(light, camera, waves, chop, colour, view if land is not None and chop < 0.1 else None)
    surface = _foam(rng, light, surface, x, depth, shore, waves, chop)
    if shore is not None:
        surface = np.where((shore < 0)[..., None], _sand(rng, light, x, depth, shore), surface)
    wet = (camera.upward[:, None] < 0) & (np.ones_like(depth, dtype=bool) if land is None else land[1])
    picture = np.where(wet[..., None], surface, view).astype(np.float32)
    stage = Stage(camera, light, picture, np.where(wet, 1e6, 0 if land is not None else 1e6).astype(np.float32))
    for _ in range(rng.poisson(0.5)):
        z = rng.uniform(40, 400)
        stand(stage, rng, "boat", rng.uniform(-0.8, 0.8) * z / camera.focal, z)
    if shore is not None and eye < 6:
        for _ in range(rng.poisson(1.2)):
            stand(stage, rng, "person", rng.uniform(-4, 4), rng.uniform(6, 30))
    return stage.picture


def _shore_distance(rng: np.random.Generator, camera: Camera, x: Field, z: Field) -> Field:
    """Return metres from the shore line, shape (H, W), positive in the water: ahead, or running into the distance."""
    scale = camera.height_m
    turn = rng.choice([-1, 1]) * rng.uniform(0.0, 1.35)
    bay = bilinear(smooth(), x / (scale * 60) + rng.random(), z / (scale * 60)) * scale * 0.8
    reach = scale * rng.uniform(1.5, 5) * np.cos(turn)
    return np.asarray(z * np.cos(turn) + x * np.sin(turn) - reach + bay, dtype=np.float32)


def _foam(
    rng: np.random.Generator, light: Light, surface: Field, x: Field, z: Field,
    shore: Field | None, wave_m: float, chop: float,
) -> Field:  # fmt: skip
    """Return the water with white caps and, along a shore, with breakers."""
    torn = bilinear(rough(), x / (wave_m * 18), z / (wave_m * 7) + rng.random())
    white = smoothstep(3.4 - 5 * chop, 4.4 - 5 * chop, torn) * np.exp(-z / 300)
    if shore is not None:
        gap = wave_m * 1.8 * (1 + np.maximum(shore, 0) / 60)
        crest = np.modf(np.maximum(shore + 1.2 * torn, 0) / gap)[0]
        breaker = smoothstep(0.72, 0.95, crest + 0.10 * torn) * np.exp(-np.maximum(shore, 0) / (gap * 2.2))
        white = np.maximum(white, np.maximum(breaker, smoothstep(1.0, 0.0, np.abs(shore) / (0.25 * wave_m))))
    foam = np.array([0.85, 0.87, 0.88]) * (light.ambient + light.sunlight * 0.55 * max(float(light.sun[1]), 0.2))
    return mix(surface, foam, (white * 0.85)[..., None])


def _sand(rng: np.random.Generator, light: Light, x: Field, z: Field, shore: Field) -> Field:
    """Return the beach, shape (H, W, 3): dark where the last wave ran up, paler and trodden behind."""
    tone = np.array(
        [(0.46, 0.37, 0.25), (0.36, 0.30, 0.23), (0.58, 0.52, 0.42), (0.10, 0.095, 0.09)][
            rng.choice(4, p=[0.4, 0.3, 0.2, 0.1])
        ]
    )
    trodden = 0.05 * nearest(rough(), x / 16, z / 16) + 0.10 * bilinear(rough(), x / 60, z / 60)
    damp = 1 - 0.5 * smoothstep(-4.0, -0.3, shore)
    fall = light.ambient + light.sunlight * max(float(light.sun[1]), 0.12)
    return np.asarray(tone * ((1 + trodden) * damp)[..., None] * fall, dtype=np.float32)


def _coast(rng: np.random.Generator, light: Light, camera: Camera, behind: Field) -> tuple[Field, BoolArray]:
    """Return the picture with cliffs or islands in it and, shape (H, W), where one sees no land."""
    tile_m, tall_m, shift = rng.uniform(1500, 5000), rng.uniform(25, 160), rng.random(2)
    side, away, sunk = rng.choice([-1, 0, 1]), rng.uniform(60, 900), rng.uniform(0.2, 0.9)

    def relief(x: Field, z: Field) -> Field:
        rise = bilinear(smooth(), x / tile_m + shift[0], z / tile_m + shift[1])
        rise = rise + side * np.clip(x / (0.5 * away + 0.4 * z), -1.6, 1.6) * 1.1 - sunk
        detail = 0.4 * bilinear(ridged(), x / 2600, z / 2600)
        rise = np.minimum(rise, 0.9) + detail * np.clip(rise * 3, 0, 1)
        return np.asarray(tall_m * rise * smoothstep(0.5, 1.0, z / away) - 1.0, dtype=np.float32)

    land = cast(camera, relief, 12.0, 9000.0)
    fine = grain(land, 600)
    stone = np.array([(0.20, 0.17, 0.14), (0.13, 0.12, 0.12), (0.40, 0.37, 0.32), (0.30, 0.18, 0.11)][rng.integers(4)])
    green = (0.55, 0.57, 0.6) if light.wintry else (0.10, 0.13, 0.04)
    meadow = smoothstep(0.6, 0.85, land.normal[..., 1] + 0.08 * fine) * smoothstep(3, 14, land.height)
    colour = mix(stone, green, (meadow * (rng.random() < 0.75))[..., None]) * (1 + 0.2 * fine)[..., None]
    picture = show(light, land, lit(light, colour, land.normal), behind)
    return picture, land.beyond | (land.per_pixel(land.height) <= 0)
