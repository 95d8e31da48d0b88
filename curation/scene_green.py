"""Forests and seas."""

import numpy as np

from curation.scene_camera import Camera
from curation.scene_light import Light, hazed
from curation.scene_noise import Field, bilinear, crowns, mix, nearest, ridged, rough, smooth, smoothstep
from curation.scene_sprites import Stage, stand
from curation.scene_terrain import backdrop, cast, grain, lit, show, water
from models.arrays import BoolArray

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
    own = nearest(tint, land.x / stand_m, land.z / stand_m)
    other = bright * np.array([0.7, 1.25, 0.7])
    leaves = (
        mix(mix(dark, bright, own[..., None]), other, (own > 0.75)[..., None])
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
