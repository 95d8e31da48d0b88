"""Buildings and streets."""

import numpy as np

from curation.datasets.scenery.camera import Camera
from curation.datasets.scenery.light import Light
from curation.datasets.scenery.noise import Field
from curation.datasets.scenery.sprites import stand
from curation.datasets.scenery.town import Ground, Town, build, render


def paint_street(rng: np.random.Generator, light: Light, size_px: int) -> Field:
    """Paint a road between two rows of houses, from the pavement or the middle, with traffic; sometimes half across."""
    turn = rng.normal(0, 0.12) if rng.random() < 0.7 else rng.choice([-1, 1]) * rng.uniform(0.3, 0.75)
    return _rows_of_houses(rng, light, size_px, "road", rng.uniform(2.2, 7.5), float(turn), 3.5)


def _rows_of_houses(
    rng: np.random.Generator, light: Light, size_px: int, floor: str, half: float, turn: float, cars: float
) -> Field:
    """Paint what one sees between two rows of houses `half` metres left and right, turned from their direction."""
    walk = rng.uniform(1.2, 4.5)
    camera = Camera(
        size_px, rng.uniform(0.7, 1.6), rng.uniform(0.42, 0.68), float(rng.choice([1.6, 1.7, 2.5, 5.0, 9.0]))
    )
    town = _house_rows(rng, half + walk, shift := rng.uniform(-0.8, 0.8) * half)
    stage = render(rng, light, camera, town, Ground(floor, half, 0.0), turn)
    for _ in range(rng.poisson(cars)):
        stand(stage, rng, "car", rng.uniform(-0.75, 0.75) * half - shift, rng.uniform(7, 80), turn)
    for kind, mean in (("person", 4.0), ("lamp", 2.0), ("broadleaf", 1.6)):
        for _ in range(rng.poisson(mean)):
            aside = float(rng.choice([-1, 1])) * (half + rng.uniform(0.2, 0.9) * walk)
            stand(stage, rng, kind, aside - shift, rng.uniform(5, 60), turn)
    return stage.picture


def _house_rows(rng: np.random.Generator, front_m: float, shift_m: float) -> Town:
    """Build two rows of houses, about `front_m` to either side of a line that runs `shift_m` left of the viewer."""
    tall, corners = rng.uniform(5, 26), []
    for side in (-1, 1):
        z = rng.uniform(-14, -4)
        while z < 150:
            front, long = side * (front_m + abs(rng.normal(0, 0.5))), rng.uniform(8, 24)
            if rng.random() > 0.1:
                x = sorted((front, front + side * 14))
                corners.append(((x[0], 0, z), (x[1], tall * rng.lognormal(0, 0.3), z + long)))
            z += long + (rng.uniform(2, 7) if rng.random() < 0.25 else 0)
    if rng.random() < 0.5:  # the street ends at a house
        z = rng.uniform(60, 150)
        corners.append(((-20, 0, z), (20, tall * rng.uniform(0.8, 2.2), z + 10)))
    boxes = np.array(corners, dtype=np.float32) - np.array([shift_m, 0, 0], dtype=np.float32)
    return build(rng, boxes[:, 0], boxes[:, 1])


def paint_buildings(rng: np.random.Generator, light: Light, size_px: int) -> Field:
    """Paint one or several buildings: across a lawn or a square, a skyline over water, or a facade close by."""
    if rng.random() < 0.18:  # what a street shows too, but about its houses
        turn = float(rng.choice([-1, 1])) * rng.uniform(0.35, 1.0)
        floor = str(rng.choice(["road", "plaza"]))
        return _rows_of_houses(rng, light, size_px, floor, rng.uniform(4, 11), turn, 1.0)
    kind = str(rng.choice(["block", "skyline", "facade", "over"], p=[0.38, 0.22, 0.25, 0.15]))
    near, count, tall = {"block": (20, 6, 20), "skyline": (95, 22, 70), "facade": (10, 3, 24), "over": (40, 26, 30)}[
        kind
    ]
    away = near * rng.uniform(0.8, 1.5)
    eye = {"skyline": rng.uniform(2, 25), "over": rng.uniform(35, 75)}.get(kind, rng.uniform(1.4, 4))
    horizon = rng.uniform(0.02, 0.25) if kind == "over" else rng.uniform(0.6, 0.88)
    camera = Camera(size_px, rng.uniform(0.75, 1.5), horizon, eye)
    spread = away * (1.0 if kind != "skyline" else 0.9)
    x = rng.uniform(-spread, spread, count)
    z = away + np.sort(rng.uniform(0, 1.0 if kind == "block" else 2.5, count)) * spread
    if kind in ("block", "facade"):
        x[0], z[0] = rng.uniform(-0.25, 0.25) * away, away
    wide, deep = rng.uniform(0.18, 0.55, count) * tall, rng.uniform(0.15, 0.5, count) * tall
    heights = tall * rng.lognormal(-0.15, 0.45, count)
    if rng.random() < 0.6:  # a tower grows out of a base
        x[1], z[1], wide[1], deep[1], heights[1] = x[0], z[0] + 0.1, wide[0] * 0.6, deep[0] * 0.6, heights[0] * 1.5
    low = np.stack([x - wide, 0 * x, z], axis=1).astype(np.float32)
    high = np.stack([x + wide, heights, z + 2 * deep], axis=1).astype(np.float32)
    floors = {"skyline": ["water", "water", "lawn"], "facade": ["plaza", "road", "lawn"]}.get(
        kind, ["lawn", "plaza", "road"]
    )
    turn = rng.normal(0, 0.35)
    swing = np.array([float(np.sin(turn)) * away, 0, 0], dtype=np.float32)  # keeps the subject in the picture
    stage = render(
        rng, light, camera, build(rng, low + swing, high + swing), Ground(str(rng.choice(floors)), 3.5, 0.3), turn
    )
    closest = {"skyline": 30.0}.get(kind, 6.0)
    for _ in range(rng.poisson(2.2) if kind != "over" else 0):
        figure = str(rng.choice(["broadleaf", "person", "car", "lamp", "conifer"], p=[0.4, 0.2, 0.15, 0.1, 0.15]))
        depth = rng.uniform(closest, away * 0.95)
        stand(stage, rng, figure, rng.uniform(-0.7, 0.7) * depth + float(np.sin(turn)) * depth, depth, turn)
    return stage.picture
