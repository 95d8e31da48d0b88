"""Forests: the inside of a wood, a wooded hillside, the edge of a wood."""

import numpy as np

from curation.datasets.scenery.camera import Camera
from curation.datasets.scenery.light import Light, hazed
from curation.datasets.scenery.noise import Field, bilinear, crowns, mix, nearest, rough, smooth, smoothstep
from curation.datasets.scenery.sprites import Stage, stand
from curation.datasets.scenery.terrain import backdrop, cast, grain, lit, show, water

_LEAVES = {
    "spring": ((0.07, 0.14, 0.02), (0.17, 0.24, 0.05)),
    "summer": ((0.02, 0.06, 0.015), (0.08, 0.13, 0.025)),
    "autumn": ((0.20, 0.06, 0.015), (0.36, 0.24, 0.03)),
    "winter": ((0.05, 0.045, 0.04), (0.12, 0.11, 0.10)),
}


def paint_forest(rng: np.random.Generator, light: Light, size_px: int) -> Field:
    """Paint the inside of a wood, a wooded hillside or the edge of a wood."""
    kind = rng.choice(3, p=[0.46, 0.32, 0.22])
    return (_inside_wood, _hillside, _wood_edge)[int(kind)](rng, light, size_px)


def _leaf_colours(rng: np.random.Generator, light: Light) -> tuple[Field, Field, bool]:
    """Return a dark and a bright leaf colour, and whether the trees are conifers."""
    if rng.random() < 0.45:
        dark, bright = np.array([0.012, 0.035, 0.018]), np.array([0.045, 0.085, 0.03])
        return (dark, mix(bright, (0.7, 0.72, 0.76), 0.5), True) if light.wintry else (dark, bright, True)
    dark, bright = (np.array(c) * rng.uniform(0.8, 1.25, 3) for c in _LEAVES[light.season])
    return dark, bright, False


def _inside_wood(rng: np.random.Generator, light: Light, size_px: int) -> Field:
    """Paint trunks standing in the light that falls through their leaves, the far ones in mist."""
    camera = Camera(size_px, rng.uniform(0.8, 1.6), rng.uniform(0.45, 0.75), rng.uniform(1.2, 2.2))
    dark, bright, _ = _leaf_colours(rng, light)
    n, shift = size_px, rng.random(4)
    v, u = np.mgrid[0:n, 0:n].astype(np.float32) / n
    sun = light.sunlight * (0.35 + 0.65 * max(float(light.sun[1]), 0.1))
    through = light.horizon * 0.5 + sun * 0.15 + bright * sun * 0.8
    mist = mix(through, backdrop(light, camera), rng.uniform(0.0, 0.35))
    picture = mist * (0.55 + 0.45 * smoothstep(camera.horizon + 0.1, camera.horizon - 0.5, v))[..., None]
    depth = camera.height_m / np.maximum(-camera.upward, 1e-3)[:, None] + 0 * u
    litter = bilinear(rough(), camera.across[None, :] * depth / 25 + shift[0], depth / 25)
    dapple = smoothstep(0.2, 1.2, bilinear(smooth(), camera.across[None, :] * depth / 30, depth / 30 + shift[1]))
    soil = mix((0.075, 0.05, 0.03), dark * 1.2 + bright * 0.4, rng.random())
    soil = mix(soil, (0.65, 0.68, 0.74), 0.9) if light.wintry else soil
    path = smoothstep(
        1.2, 0.7, np.abs(camera.across[None, :] * depth - rng.uniform(-1.5, 1.5) - depth * rng.normal(0, 0.08))
    )
    soil = mix(soil, (0.17, 0.13, 0.09), (path * (rng.random() < 0.4))[..., None])
    floor = soil * (1 + 0.4 * litter)[..., None] * (light.ambient * 0.7 + sun * (0.1 + 0.9 * dapple)[..., None])
    thin = rng.uniform(14, 60)  # metres after which mist hides two thirds
    floor = mix(picture, floor, np.exp(-depth / thin)[..., None])
    picture = np.where((camera.upward < 0)[:, None, None], floor, picture)
    bark = np.array([(0.08, 0.055, 0.04), (0.05, 0.045, 0.04), (0.42, 0.40, 0.37), (0.13, 0.07, 0.04)])[
        rng.choice(4, p=[0.4, 0.3, 0.1, 0.2])
    ]
    distances = np.sort(np.exp(rng.uniform(np.log(3.5), np.log(60), int(rng.integers(16, 42)))))[::-1]
    canopy = rng.uniform(-0.1, 0.6)
    for layer, distance in enumerate(distances):
        _trunk(rng, light, camera, picture, float(distance), bark, thin)
        if layer % 8 == 7:
            _foliage(
                light,
                picture,
                (u, v),
                float(distance),
                dark,
                bright,
                canopy * camera.horizon * 1.4,
                rng.random(3),
                thin,
            )
    return np.asarray(picture, dtype=np.float32)


def _trunk(
    rng: np.random.Generator,
    light: Light,
    camera: Camera,
    picture: Field,
    distance: float,
    bark: Field,
    thin: float,
) -> None:
    """Put one trunk, round in the light and rough of bark, into the picture."""
    n = camera.size_px
    middle, width = rng.uniform(-0.1, 1.1) * n, rng.uniform(0.25, 0.8) * camera.focal / 2 * n / distance
    foot, lean = float(camera.row(0.0, distance)), rng.normal(0, 0.06)
    rows = np.arange(min(max(int(foot), 1), n), dtype=np.float32)[:, None]
    left, right = int(max(middle - width * 2 - abs(lean) * n, 0)), int(min(middle + width * 2 + abs(lean) * n + 2, n))
    if right <= left:
        return
    round_ = (np.arange(left, right, dtype=np.float32)[None, :] - middle - lean * (foot - rows)) / (width / 2)
    round_ = round_ / (1 + 0.6 * np.exp(-(foot - rows) / (width + 1)))  # the foot is wider
    cover = np.clip((1.0 - np.abs(round_)) * width / 2 + 0.5, 0, 1)
    side = np.clip(0.5 + 0.5 * round_ * np.sign(light.sun[0]), 0, 1) * np.sqrt(np.clip(1 - round_**2 * 0.9, 0.02, 1))
    texture = bilinear(rough(), round_ * 0.02 + distance, rows / n * 0.12 * distance / 8)
    fall = light.ambient * 0.8 + light.sunlight * (0.55 * side)[..., None]
    colour = bark * (1 + 0.35 * texture)[..., None] * fall
    strength = (cover * np.exp(-distance / thin))[..., None]
    picture[: len(rows), left:right] = mix(picture[: len(rows), left:right], colour, strength)


def _foliage(
    light: Light, picture: Field, place: tuple[Field, Field], distance: float,
    dark: Field, bright: Field, until: float, shift: Field, thin: float,
) -> None:  # fmt: skip
    """Hang a layer of leaves over the picture, dense at the top and at the sides."""
    u, v = place
    scale = 0.35 * np.sqrt(distance / 6)
    mass = bilinear(smooth(), u * scale + shift[0], v * scale + shift[1]) * 0.6
    leaf = bilinear(rough(), u * scale * 0.9 + shift[2], v * scale * 0.9)
    cover = smoothstep(0.1, 0.7, mass + 0.55 * leaf + (until - v) * 3.2)
    tone = mix(dark, bright, smoothstep(-1, 2, leaf + mass)[..., None])
    fall = light.ambient * 0.8 + light.sunlight * (0.15 + 0.6 * smoothstep(0.3, 2, leaf))[..., None]
    picture[:] = mix(picture, tone * fall, (cover * np.exp(-distance / thin) * 0.95)[..., None])


def _hillside(rng: np.random.Generator, light: Light, size_px: int) -> Field:
    """Paint tree tops to the horizon, from a height."""
    camera = Camera(size_px, rng.uniform(0.8, 1.8), rng.uniform(-0.1, 0.42), rng.uniform(45, 190))
    dark, bright, conifers = _leaf_colours(rng, light)
    hill_m, stand_m, shift = rng.uniform(20, 120), rng.uniform(180, 420), rng.random(2)
    tops, tint = crowns()
    tall, clearing = (20.0 if conifers else 9.0), rng.uniform(1.2, 3)

    def relief(x: Field, z: Field) -> Field:
        hills = hill_m * (bilinear(smooth(), x / 5000 + shift[0], z / 5000 + shift[1]) * smoothstep(100, 1500, z) - 0.3)
        tree = bilinear(tops, x / stand_m, z / stand_m)
        tree = tree if conifers else np.sqrt(np.maximum(tree, 0))
        return np.asarray(hills + tall * tree, dtype=np.float32)

    land = cast(camera, relief, 40.0, 6000.0, steps=220)
    tree = nearest(tops, land.x / stand_m, land.z / stand_m)
    stand_tint = nearest(tint, land.x / stand_m, land.z / stand_m)
    fresh = bright * np.array([0.7, 1.25, 0.7])
    leaves = (
        mix(mix(dark, bright, stand_tint[..., None]), fresh, (stand_tint > 0.75)[..., None])
        * (1 + 0.25 * grain(land, 240))[..., None]
    )
    bare = smoothstep(clearing, clearing + 0.3, bilinear(smooth(), land.x / 1800, land.z / 1800 + shift[0]))
    colour = mix(leaves, (0.13, 0.16, 0.06), bare[..., None])
    shade = 0.25 + 0.95 * smoothstep(0.05, 0.65, tree)
    behind = backdrop(light, camera)
    picture = show(light, land, lit(light, colour, land.normal, shade) * (0.45 + 0.6 * shade)[..., None], behind)
    if rng.random() > 0.25:
        return picture
    fog = smoothstep(0.2, 1.4, bilinear(smooth(), land.x / 2500, land.z / 2500 + shift[1])) * smoothstep(
        60, -40, land.height
    )
    return mix(picture, light.horizon, (land.per_pixel(fog) * 0.8 * ~land.beyond)[..., None])


def _wood_edge(rng: np.random.Generator, light: Light, size_px: int) -> Field:
    """Paint a row of trees behind a meadow or a pond."""
    camera = Camera(size_px, rng.uniform(0.9, 1.7), rng.uniform(0.55, 0.85), 1.7)
    depth = np.minimum(camera.height_m / np.maximum(-camera.upward, 1e-3), 400.0)[:, None] + np.zeros(
        (size_px, size_px), dtype=np.float32
    )
    fine = nearest(rough(), camera.across[None, :] * depth / 18, depth / 18)
    grass = (
        (0.75, 0.78, 0.83) if light.wintry else (0.20, 0.15, 0.05) if light.season == "autumn" else (0.08, 0.14, 0.03)
    )
    meadow = (
        np.array(grass)
        * (1 + 0.35 * fine)[..., None]
        * (light.ambient + light.sunlight * 0.6 * max(float(light.sun[1]), 0.15))
    )
    behind = backdrop(light, camera)
    picture = np.where((camera.upward < 0)[:, None, None], hazed(light, meadow, depth * 3), behind).astype(np.float32)
    stage = Stage(camera, light, picture, np.full((size_px, size_px), 1e6, dtype=np.float32))
    kinds = ["conifer", "broadleaf"] if rng.random() < 0.5 else [str(rng.choice(["conifer", "broadleaf"]))]
    far = rng.uniform(9, 24)
    for z in np.sort(rng.uniform(far, far * 2.2, int(rng.integers(22, 45))))[::-1]:
        stand(stage, rng, str(rng.choice(kinds)), rng.uniform(-1.1, 1.1) * z / camera.focal, float(z))
    if rng.random() < 0.35:
        pond = water(light, camera, 0.8, 0.02, np.array([0.02, 0.05, 0.03]), picture)
        shore = far * 0.9 + 3 * bilinear(smooth(), camera.across[None, :] * depth / 60, depth / 60)
        return np.where(((depth < shore) & (camera.upward[:, None] < 0))[..., None], pond, picture)
    return picture
