"""A town of boxes on a plane, traced exactly: facades, ground, shadows and lamps."""

from dataclasses import dataclass

import numpy as np

from curation.datasets.scenery.camera import Camera
from curation.datasets.scenery.light import Light, hazed, sky
from curation.datasets.scenery.noise import Field, bilinear, mix, nearest, rough, smoothstep
from curation.datasets.scenery.sprites import Stage
from curation.datasets.scenery.terrain import lit, water
from models.arrays import BoolArray, IntArray

_WALLS = np.array(
    [
        *((0.33, 0.13, 0.08), (0.42, 0.22, 0.13), (0.52, 0.27, 0.21)),  # brick
        *((0.46, 0.40, 0.30), (0.62, 0.52, 0.36), (0.20, 0.17, 0.15)),  # stone
        *((0.66, 0.62, 0.56), (0.58, 0.40, 0.18), (0.40, 0.44, 0.42)),  # plaster
        *((0.07, 0.10, 0.14), (0.10, 0.13, 0.15), (0.30, 0.30, 0.31)),  # glass, glass, concrete
    ]
)
_GLASS = (9, 10)  # the rows of _WALLS that are curtain walls


@dataclass(frozen=True)
class Town:
    """M boxes standing on the ground and what their walls look like."""

    low: Field  # (M, 3) nearest corner: x, y = 0, z, metres
    high: Field  # (M, 3) opposite corner
    wall: Field  # (M, 3) colour
    storey_m: Field  # (M,)
    bay_m: Field  # (M,) from window to window
    pane: Field  # (M, 2) share of a bay and of a storey that is glass


def build(rng: np.random.Generator, low: Field, high: Field) -> Town:
    """Give boxes, corners of shape (M, 3), walls and windows."""
    count = len(low)
    kind = rng.integers(len(_WALLS), size=count)
    glass = np.isin(kind, _GLASS)
    pane = np.stack([rng.uniform(0.3, 0.62, count), rng.uniform(0.4, 0.68, count)], axis=1)
    pane[glass] = rng.uniform(0.82, 0.95, (int(glass.sum()), 2))
    wall = _WALLS[kind] * rng.uniform(0.75, 1.25, (count, 1))
    return Town(low, high, wall, rng.uniform(2.9, 4.2, count), rng.uniform(1.8, 4.2, count), pane)


def _trace(town: Town, origin: Field, rays: Field) -> tuple[Field, IntArray, IntArray]:
    """Return distance (in lengths of the ray), box (-1 = none) and axis of the face first hit, each of shape (...)."""
    shape = rays.shape[:-1]
    best, box = np.full(shape, np.inf, dtype=np.float32), np.full(shape, -1, dtype=np.int64)
    inverse = 1 / np.where(np.abs(rays) < 1e-6, np.float32(1e-6), rays)
    planes = [np.ascontiguousarray(inverse[..., i]) for i in range(3)]
    starts = [np.ascontiguousarray(origin[..., i] * planes[i]) for i in range(3)]
    for index in range(len(town.low)):
        pairs = [
            (town.low[index, i] * planes[i] - starts[i], town.high[index, i] * planes[i] - starts[i]) for i in range(3)
        ]
        enter = np.maximum(np.maximum(np.minimum(*pairs[0]), np.minimum(*pairs[1])), np.minimum(*pairs[2]))
        leave = np.minimum(np.minimum(np.maximum(*pairs[0]), np.maximum(*pairs[1])), np.maximum(*pairs[2]))
        hit = (enter < leave) & (enter > 0.02) & (enter < best)
        best[hit], box[hit] = enter[hit], index
    corners = [np.stack([(side[box, i] * planes[i] - starts[i]) for i in range(3)]) for side in (town.low, town.high)]
    return best, box, np.argmax(np.minimum(*corners), axis=0)


def _facade(light: Light, town: Town, point: Field, box: IntArray, axis: IntArray) -> Field:
    """Return colour and glow of wall points, shapes (P, 3): windows with what they mirror, cornices, shops, stains."""
    along = np.where(axis == 0, point[:, 2], point[:, 0])
    bay, storey = along / town.bay_m[box] + 0.37 * box, point[:, 1] / town.storey_m[box]
    cell = np.floor(bay) * 12.9898 + np.floor(storey) * 78.233 + box * 37.719
    dice = np.modf(np.abs(np.sin(cell) * 43758.5453))[0]  # the usual shader hash: one number 0..1 per window
    shop = storey < 1
    wide, tall = np.where(shop, 0.86, town.pane[box, 0]), np.where(shop, 0.75, town.pane[box, 1])
    softness = np.clip(point[:, 3] / 900, 0.02, 0.45)
    inside = smoothstep(wide / 2 + softness / 2, wide / 2 - softness / 2, np.abs(bay - np.floor(bay) - 0.5))
    inside = inside * smoothstep(
        tall / 2 + softness / 2, tall / 2 - softness / 2, np.abs(storey - np.floor(storey) - 0.48)
    )
    top = town.high[box, 1]
    inside = inside * (point[:, 1] < top - 0.6 * town.storey_m[box])
    stain = 1 + 0.13 * bilinear(rough(), along / 60 + 0.31 * box, point[:, 1] / 90)
    ledge = 1 - 0.35 * (np.abs(storey - np.rint(storey)) < 0.06) * (softness < 0.2)
    wall = town.wall[box] * (stain * ledge * np.where(shop, 0.7, 1.0))[:, None]
    glass = mix((0.02, 0.025, 0.03), (0.16, 0.20, 0.24), (dice**2)[:, None])
    glass = mix(glass, (0.45, 0.42, 0.36), ((dice > 0.86) & ~shop)[:, None] * 0.8)  # curtains
    share = 0.45 if light.dark else 0.04
    on = (np.modf(dice * 7.13)[0] < share + 0.35 * shop * light.dark).astype(np.float32)
    glow = (inside * on)[:, None] * mix((1.0, 0.62, 0.26), (0.8, 0.85, 0.9), np.modf(dice * 91.7)[0][:, None] ** 3)
    return np.concatenate([mix(wall, glass, inside[:, None]), glow * (0.55 if light.dark else 0.25)], axis=1)


@dataclass(frozen=True)
class Ground:
    """What lies between the buildings."""

    kind: str  # "road", "lawn", "plaza" or "water"
    half_m: float  # of the road
    yaw_slope: float  # sideways drift of the road per metre ahead


def _ground(light: Light, ground: Ground, x: Field, z: Field) -> Field:
    """Return the colour of ground points, shape (P, 3): asphalt with markings, pavements, paving or grass."""
    fine = nearest(rough(), x / 14, z / 14) * np.exp(-z / 60)
    broad = bilinear(rough(), x / 120, z / 120)
    paving = 1 - 0.25 * ((np.modf(np.abs(x) / 1.2)[0] < 0.06) | (np.modf(z / 1.2)[0] < 0.06)) * (z < 25)
    pavement = np.array([0.30, 0.29, 0.27]) * (paving * (1 + 0.12 * fine + 0.1 * broad))[:, None]
    grass = np.array([0.07, 0.13, 0.03]) * (1 + 0.35 * fine + 0.2 * broad)[:, None]
    if light.wintry:
        grass = mix(grass, (0.75, 0.78, 0.84), 0.9)
    if ground.kind == "lawn":
        return np.asarray(grass)
    if ground.kind == "plaza":
        return np.asarray(pavement)
    road_x = x - ground.yaw_slope * z
    asphalt = np.array([0.075, 0.075, 0.08]) * (1 + 0.2 * fine + 0.25 * broad)[:, None]
    dashed = (np.abs(road_x) < 0.11) & (np.modf(z / 6 + light.shift[0])[0] < 0.5)
    lines = dashed | (np.abs(np.abs(road_x) - ground.half_m + 0.5) < 0.08)
    crossing_z = 6 + 30 * float(light.shift[1])
    stripes = (np.abs(z - crossing_z) < 1.7) & (np.modf(np.abs(road_x) / 1.1)[0] < 0.5)
    asphalt = mix(asphalt, (0.55, 0.54, 0.5), ((lines | stripes) * 0.85)[:, None])
    if light.wintry:
        asphalt, pavement = mix(asphalt, (0.5, 0.52, 0.56), 0.35), mix(pavement, (0.75, 0.78, 0.84), 0.7)
    on_road = smoothstep(0.04, -0.04, np.abs(road_x) - ground.half_m)[:, None]
    kerb = (np.abs(np.abs(road_x) - ground.half_m - 0.12) < 0.12)[:, None]
    return mix(mix(pavement, asphalt, on_road), (0.38, 0.37, 0.35), kerb)


def render(rng: np.random.Generator, light: Light, camera: Camera, town: Town, ground: Ground, turn: float) -> Stage:
    """Trace the town seen by a camera turned to the right by `turn` radians; return the picture and its depths."""
    cos, sin = np.float32(np.cos(turn)), np.float32(np.sin(turn))
    local = camera.rays
    rays = np.stack([local[..., 0] * cos + sin, local[..., 1], cos - local[..., 0] * sin], axis=-1)
    origin = np.array([0, camera.height_m, 0], dtype=np.float32)
    depth, box, axis = _trace(town, origin, rays)
    floor = np.where(rays[..., 1] < -1e-4, -camera.height_m / np.minimum(rays[..., 1], -1e-4), np.inf).astype(
        np.float32
    )
    is_floor = floor < depth
    depth = np.minimum(np.minimum(depth, floor), 4000.0)
    point = origin + rays * depth[..., None]
    walls = (box >= 0) & ~is_floor
    normal = np.zeros_like(rays)
    np.put_along_axis(normal, axis[..., None], -np.sign(np.take_along_axis(rays, axis[..., None], -1)), -1)
    normal[is_floor] = (0, 1, 0)
    solid = walls | is_floor
    shade = _shade(town, light, point, normal, solid)
    colour = np.zeros((*walls.shape, 3), dtype=np.float32)
    glow = np.zeros_like(colour)
    with_depth = np.concatenate([point[walls], depth[walls][:, None] / camera.focal], axis=1)
    painted = _facade(light, town, with_depth, box[walls], axis[walls])
    roof = (axis[walls] == 1)[:, None]
    colour[walls], glow[walls] = np.where(roof, 0.16, painted[:, :3]), np.where(roof, 0, painted[:, 3:])
    colour[is_floor] = _ground(light, ground, point[..., 0][is_floor], point[..., 2][is_floor])
    height = np.where(is_floor, 0.75, 0.6 + 0.4 * np.clip(point[..., 1] / 12, 0, 1))  # streets are deep and dim
    surface = _lit_shaded(light, colour, normal, shade, height)
    lamps = np.exp(-np.maximum(point[..., 1], 0) / 7)[..., None] * np.array([0.20, 0.12, 0.05]) if light.dark else 0.0
    surface = surface + glow + colour * lamps
    picture = hazed(light, surface, depth * 3)
    if not solid.all():
        open_air = rays[~solid]
        picture[~solid] = sky(light, open_air / np.sqrt((open_air**2).sum(-1, keepdims=True)))
    if ground.kind == "water":
        sea = water(light, camera, 1.2, 0.06, np.array([0.03, 0.07, 0.08]), picture)
        picture = np.where((is_floor & (depth < float(town.low[:, 2].min()) - 2))[..., None], sea, picture)
    elif light.weather == "rain":  # wet asphalt mirrors the lights
        wet = water(light, camera, 0.8, 0.035, np.array([0.05, 0.05, 0.05]), picture)
        picture = np.where(is_floor[..., None], mix(picture, wet, 0.45), picture)
    return Stage(camera, light, picture, depth)


def _shade(town: Town, light: Light, point: Field, normal: Field, solid: BoolArray) -> Field:
    """Return the share of sunlight that reaches each point, shape (H, W): 0 in a cast shadow, 1 elsewhere."""
    shade = np.ones(solid.shape, dtype=np.float32)
    facing = solid & (normal @ light.sun > 0)
    if float(light.sunlight.max()) > 0.4 and facing.any():
        start = point[facing] + normal[facing] * 0.05
        _, blocker, _ = _trace(town, start, np.broadcast_to(light.sun, start.shape))
        shade[facing] = (blocker < 0).astype(np.float32)
    return shade


def _lit_shaded(light: Light, colour: Field, normal: Field, sun: Field, open_sky: Field) -> Field:
    """Return the surface with the sun's share dimmed by `sun` and the sky's by `open_sky`, both (H, W)."""
    ambient = lit(light, colour, normal, open_sky)
    direct = colour * (np.clip(normal @ light.sun, 0, 1) * (1 - sun))[..., None] * light.sunlight
    return np.asarray(np.maximum(ambient - direct, 0), dtype=np.float32)
