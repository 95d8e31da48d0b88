"""Mountains and glaciers."""

import numpy as np

from curation.datasets.scenery.camera import Camera
from curation.datasets.scenery.light import Light
from curation.datasets.scenery.noise import Field, bilinear, crowns, mix, nearest, ridged, rough, smooth, smoothstep
from curation.datasets.scenery.terrain import Land, backdrop, cast, grain, lit, show, water

_ROCKS = np.array([(0.21, 0.19, 0.18), (0.27, 0.21, 0.16), (0.15, 0.15, 0.17), (0.33, 0.24, 0.17), (0.24, 0.23, 0.21)])
_SNOW = np.array([0.86, 0.90, 0.96])
_ICE = np.array([0.66, 0.79, 0.88])
_DEEP_ICE = np.array([0.07, 0.30, 0.46])


def paint_mountain(rng: np.random.Generator, light: Light, size_px: int) -> Field:
    """Paint peaks: with or without snow, forest below, a lake in front, or ridge behind ridge from a summit."""
    return _peaks(rng, light, size_px, hanging_ice=False)


def _peaks(rng: np.random.Generator, light: Light, size_px: int, hanging_ice: bool) -> Field:
    """Paint a mountain range; with `hanging_ice` snow fields and torn ice fill its upper hollows."""
    high, lake = rng.random() < 0.22, rng.random() < 0.22
    tile_m, tall_m = rng.uniform(9000, 18000), rng.uniform(1300, 2800)
    camera = Camera(
        size_px, rng.uniform(0.9, 2.0), rng.uniform(0.35, 0.5) if high else rng.uniform(0.55, 0.8),
        tall_m * rng.uniform(0.5, 0.8) if high else rng.uniform(25, 160),
    )  # fmt: skip
    start = 0.0 if high else rng.uniform(300, 1600)
    shift = rng.random(2)

    def relief(x: Field, z: Field) -> Field:
        rise = smoothstep(start, start + tile_m * 0.25, z)
        peaks = bilinear(ridged(), x / tile_m + shift[0], z / tile_m + shift[1])
        peaks = peaks + 0.09 * bilinear(ridged(), x / tile_m * 5.3, z / tile_m * 5.3 + shift[0]) * (peaks + 0.15)
        knolls = 30 * bilinear(smooth(), x / 2600, z / 2600) + 3 * bilinear(rough(), x / 2500, z / 2500)
        return np.asarray(tall_m * rise * peaks**1.3 + knolls * (0.3 + rise) - (70 if lake else 20), dtype=np.float32)

    land = cast(camera, relief, 40.0, tile_m * 0.8)
    snow_line = rng.uniform(0.02, 1.2) * tall_m * (0.45 if light.wintry or hanging_ice else 1.0)
    rock = _ROCKS[rng.integers(len(_ROCKS))] * rng.uniform(0.7, 1.3)
    colour = _slopes(rng, light, land, tall_m, snow_line, rock)
    if hanging_ice:
        hollow = smoothstep(0.45, 0.75, land.normal[..., 1]) * smoothstep(0.08, 0.2, land.height / tall_m)
        ice = mix(_ICE, _DEEP_ICE, 0.8 * _crevasses(land, 700, 200)[..., None])
        colour = mix(colour, lit(light, ice, land.normal), hollow[..., None])
    behind = backdrop(light, camera)
    picture = show(light, land, colour, behind)
    if not lake:
        return picture
    surface = water(light, camera, 2.0, rng.uniform(0.01, 0.08), np.array([0.02, 0.09, 0.10]), picture)
    wet = (land.per_pixel(land.height) < 0) & ~land.beyond & (camera.upward[:, None] < 0)
    return np.where(wet[..., None], surface, picture)


def _slopes(rng: np.random.Generator, light: Light, land: Land, tall_m: float, snow_line: float, rock: Field) -> Field:
    """Colour rock, grass, forest and snow by height, steepness and noise, and light them."""
    patchy, fine = bilinear(smooth(), land.x / 3000, land.z / 3000), grain(land, 1500)
    strata = 0.12 * np.sin(land.height / rng.uniform(25, 70) + 2 * patchy)
    stone = rock * (1 + strata + 0.16 * fine)[..., None]
    dry = rng.random() * (0.3 if light.season in ("spring", "summer") else 0.9)
    grass = mix((0.10, 0.16, 0.035), (0.27, 0.20, 0.07), dry) * (1 + 0.2 * fine)[..., None]
    tree_tops, tint = crowns()
    wood = mix((0.018, 0.045, 0.018), (0.05, 0.075, 0.02), nearest(tint, land.x / 800, land.z / 800)[..., None])
    wood = wood * (0.4 + 1.3 * nearest(tree_tops, land.x / 800, land.z / 800))[..., None]
    flat = smoothstep(0.45, 0.75, land.normal[..., 1] + 0.06 * fine)
    tree_line = rng.uniform(-0.2, 0.5) * tall_m
    wooded = smoothstep(0, 150, tree_line - land.height + 200 * patchy) * smoothstep(
        0.1, 0.5, patchy + rng.uniform(-1, 1)
    )
    green_line = rng.uniform(0.05, 0.6) * tall_m
    ground = mix(stone, grass, (flat * smoothstep(0, 200, green_line - land.height + 180 * patchy))[..., None])
    ground = mix(ground, wood, (wooded * smoothstep(0.3, 0.5, land.normal[..., 1]))[..., None])
    lies = smoothstep(-150, 150, land.height + 190 * patchy + 70 * fine - snow_line)
    lies = lies * smoothstep(0.38, 0.62, land.normal[..., 1] + 0.10 * fine)
    hollow = 0.6 + 0.4 * smoothstep(0, 0.5 * tall_m, land.height)
    return lit(light, mix(ground, _SNOW, lies[..., None]), land.normal, hollow)


def paint_glacier(rng: np.random.Generator, light: Light, size_px: int) -> Field:
    """Paint a valley glacier, an ice front at the water or an ice field."""
    if rng.random() < 0.10:  # a tongue of ice far off, below its peaks
        return _peaks(rng, light, size_px, hanging_ice=True)
    kind = rng.choice(3, p=[0.46, 0.30, 0.24])
    return (_valley_glacier, _ice_front, _ice_field)[int(kind)](rng, light, size_px)


def _crevasses(land: Land, across_m: float, along_m: float) -> Field:
    """Return how deep the ice is torn, shape (D, W), 0 = whole, 1 = open; longest across the flow."""
    lines = 1 - np.abs(bilinear(smooth(), land.x / across_m, land.z / along_m))
    where = bilinear(smooth(), land.x / 2500 + 0.5, land.z / 2500)
    return smoothstep(0.55, 1.0, lines) * smoothstep(-1.2, 0.8, where)


def _valley_glacier(rng: np.random.Generator, light: Light, size_px: int) -> Field:
    """Paint a tongue of ice that comes down between rock walls, with medial moraines."""
    tile_m, tall_m, half_m = rng.uniform(12000, 20000), rng.uniform(800, 2000), rng.uniform(350, 1300)
    camera = Camera(size_px, rng.uniform(0.9, 1.7), rng.uniform(0.22, 0.5), rng.uniform(90, 420))
    bend, lean, shift, rise = rng.uniform(200, 900), rng.uniform(-0.35, 0.35), rng.random(2), rng.uniform(0.02, 0.14)

    def off_axis(x: Field, z: Field) -> Field:
        return np.asarray(
            (x - lean * z - bend * (np.sin(z / 2300 + shift[0] * 6) - np.sin(shift[0] * 6))) / half_m, dtype=np.float32
        )

    def relief(x: Field, z: Field) -> Field:
        beside = np.abs(off_axis(x, z))
        peaks = bilinear(ridged(), x / tile_m + shift[0], z / tile_m + shift[1])
        walls = (
            tall_m * smoothstep(0.75, 3.2, beside) * (0.25 + peaks) + tall_m * 0.8 * smoothstep(4000, 13000, z) * peaks
        )
        ice = z * rise + 30 * (1 - beside**2) + 1.6 * bilinear(rough(), x / 1500, z / 500)
        rock = z * rise - 60 + walls + 4 * bilinear(rough(), x / 2500, z / 2500)
        return np.asarray(np.maximum(rock, np.where(beside < 1.6, ice, rock)), dtype=np.float32)

    land = cast(camera, relief, 60.0, 15000.0)
    lateral = off_axis(land.x, land.z)
    icy = smoothstep(1.25, 0.95, np.abs(lateral) + 0.10 * bilinear(rough(), land.x / 1500, land.z / 1500))
    stripe = bilinear(rough(), lateral * 0.045 + shift[1], land.z / 60000)
    debris = smoothstep(rng.uniform(0.5, 2.2), 2.4, stripe + 0.5 * grain(land, 1200)) * 0.85
    torn = _crevasses(land, rng.uniform(900, 2500), rng.uniform(220, 600))
    old = rng.uniform(0.0, 0.75)  # late in summer the snow is gone and the ice lies bare
    ice = mix(mix(_SNOW, _ICE, old), _DEEP_ICE, (torn * rng.uniform(0.3, 0.95))[..., None])
    ice = mix(ice, (0.17, 0.155, 0.14), debris[..., None])
    rock = _ROCKS[rng.integers(len(_ROCKS))] * rng.uniform(0.6, 1.2)
    bare = _slopes(rng, light, land, tall_m, rng.uniform(0.1, 1.1) * tall_m, rock)
    colour = mix(bare, lit(light, ice, land.normal), icy[..., None])
    return show(light, land, colour, backdrop(light, camera))


def _ice_front(rng: np.random.Generator, light: Light, size_px: int) -> Field:
    """Paint a glacier that ends in water as a broken cliff, icebergs adrift before it."""
    away, tall, tile_m = rng.uniform(220, 900), rng.uniform(35, 80), rng.uniform(9000, 15000)
    camera = Camera(size_px, rng.uniform(0.9, 1.8), rng.uniform(0.3, 0.58), rng.uniform(6, 45))
    shift, floes, peaks_m = rng.random(2), rng.uniform(1.5, 3.2), rng.uniform(0, 1500)

    def relief(x: Field, z: Field) -> Field:
        jag = 12 * bilinear(rough(), x / 1800 + shift[0], z / 1800) + 90 * bilinear(
            smooth(), x / 2500 + shift[1], z / 9000
        )
        cliff = smoothstep(away - 4, away + 9, z + jag) * (z > 0.6 * away)
        seracs = 5 * bilinear(rough(), x / 1300, z / 1300 + shift[0]) * np.exp(-np.maximum(z - away, 0) / 600)
        ridge = peaks_m * bilinear(ridged(), x / tile_m, z / tile_m + shift[1]) * smoothstep(away + 700, away + 5000, z)
        bergs = 9 * np.clip(bilinear(smooth(), x / 420 + shift[1], z / 420) - floes * 0.6, 0, 0.9)
        return np.asarray(
            np.where(cliff > 0.01, cliff * (tall + seracs) + (z - away) * 0.05 * cliff + ridge, bergs - 0.5)
        )

    land = cast(camera, relief, 15.0, 12000.0, steps=200)
    torn = _crevasses(land, 500, 220)
    ice = mix(mix(_SNOW, _ICE, 0.5), _DEEP_ICE, (torn * 0.6)[..., None])
    dirt = smoothstep(0.8, 2.6, bilinear(smooth(), land.x / 2000, land.z / 9000)) * rng.uniform(0, 0.6)
    rocky = smoothstep(60, 160, land.height - tall - 60) * smoothstep(0.85, 0.6, land.normal[..., 1])
    ice = mix(mix(ice, (0.18, 0.17, 0.16), dirt[..., None]), _ROCKS[rng.integers(5)] * 0.8, rocky[..., None])
    picture = show(light, land, lit(light, ice, land.normal), backdrop(light, camera))
    depth, aside = land.per_pixel(land.z), land.per_pixel(land.x)
    level = camera.height_m + camera.upward[:, None] * depth
    crack = bilinear(rough(), aside / 260 + shift[0], level / 900) + 0.6 * bilinear(rough(), aside / 90, level / 1500)
    face = (smoothstep(0.6, 0.3, land.per_pixel(land.normal)[..., 1]) * (depth < away * 1.6))[..., None]
    picture = mix(picture, picture * mix(1.0, _DEEP_ICE * 2.2, 0.75 * smoothstep(0.1, 1.9, crack)[..., None]), face)
    wet = ((land.per_pixel(land.height) < 0) | land.beyond) & (camera.upward[:, None] < 0)
    sea = water(light, camera, 1.5, rng.uniform(0.02, 0.12), np.array([0.03, 0.12, 0.14]), picture)
    return np.where(wet[..., None], sea, picture)


def _ice_field(rng: np.random.Generator, light: Light, size_px: int) -> Field:
    """Paint a wide torn ice field with rock islands, from above."""
    camera = Camera(size_px, rng.uniform(0.8, 1.6), rng.uniform(0.05, 0.32), rng.uniform(120, 700))
    tile_m, tall_m, sunk, shift = (
        rng.uniform(9000, 18000),
        rng.uniform(700, 1900),
        rng.uniform(0.35, 0.6),
        rng.random(2),
    )

    def relief(x: Field, z: Field) -> Field:
        rock = (
            tall_m * (bilinear(ridged(), x / tile_m + shift[0], z / tile_m + shift[1]) - sunk) * smoothstep(0, 2500, z)
        )
        ice = 25 * bilinear(smooth(), x / 3000, z / 3000) + 1.6 * bilinear(rough(), x / 1400, z / 700)
        return np.asarray(np.maximum(rock, ice), dtype=np.float32)

    land = cast(camera, relief, 60.0, 14000.0)
    torn = _crevasses(land, rng.uniform(600, 2500), rng.uniform(200, 500)) * rng.uniform(0.4, 1.0)
    ice = mix(mix(_SNOW, _ICE, rng.uniform(0, 0.7)), _DEEP_ICE, torn[..., None])
    rock = _ROCKS[rng.integers(len(_ROCKS))] * rng.uniform(0.6, 1.1) * (1 + 0.2 * grain(land, 1500))[..., None]
    bare = smoothstep(40, 110, land.height + 25 * grain(land, 2000)) * smoothstep(0.93, 0.78, land.normal[..., 1])
    colour = lit(light, mix(ice, rock, bare[..., None]), land.normal)
    return show(light, land, colour, backdrop(light, camera))
