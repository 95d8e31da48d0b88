"""Heightfields seen in perspective: a ray caster that walks every column of the picture from near to far."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from curation.datasets.scenery.camera import Camera
from curation.datasets.scenery.light import Light, hazed, sky
from curation.datasets.scenery.noise import Field, bilinear, mix, nearest, rough, smooth
from models.arrays import BoolArray, IntArray

Relief = Callable[[Field, Field], Field]  # x, z in metres -> height in metres


@dataclass(frozen=True)
class Land:
    """The points of a relief along the rays of W columns, D steps each, and which of them every pixel sees."""

    x: Field  # (D, W) metres to the right
    z: Field  # (D, W) metres ahead
    height: Field  # (D, W) metres
    normal: Field  # (D, W, 3) unit vectors
    first: IntArray  # (H, W) step seen by the pixel; D = it sees past the land

    @property
    def beyond(self) -> BoolArray:
        """Pixels, shape (H, W), that see no land."""
        return np.asarray(self.first == len(self.z))

    def per_pixel(self, values: Field) -> Field:
        """Return values, shape (D, W) or (D, W, 3), as the pixels see them; past the land, those of the last step."""
        rows = np.minimum(self.first, len(self.z) - 1)
        return values[rows, np.arange(self.first.shape[1])[None, :]]


def cast(camera: Camera, relief: Relief, near_m: float, far_m: float, steps: int = 150) -> Land:
    """Follow the rays of a camera over a relief.

    A point is seen in a row if no nearer point of its column stands higher in the picture; counting, for each row, the
    steps whose running maximum still lies below it gives the first step that hides it, without a loop over pixels.
    """
    n = camera.size_px
    middle = min(near_m * 40, far_m / 4)  # near ground fills rows evenly by ratio, far peaks by metres
    depth = np.concatenate(
        [np.geomspace(near_m, middle, steps // 2), np.linspace(middle, far_m, steps - steps // 2 + 1)[1:]]
    )
    depth = depth.astype(np.float32)[:, None]
    x, z = camera.across[None, :] * depth, np.broadcast_to(depth, (steps, n))
    height = relief(x, z)
    horizon_line = np.minimum.accumulate(camera.row(height, depth), axis=0)
    reached = np.clip(np.ceil(horizon_line - 0.5), 0, n).astype(np.int64)
    counts = np.bincount((reached * n + np.arange(n)).ravel(), minlength=(n + 1) * n).reshape(n + 1, n)
    first = steps - np.cumsum(counts, axis=0)[:n]
    along = np.gradient(height, depth[:, 0], axis=0)
    aside = np.gradient(height, axis=1) / np.gradient(x, axis=1)
    normal = np.stack([-aside, np.ones_like(height), -(along - camera.across * aside)], axis=-1)
    normal /= np.sqrt((normal**2).sum(-1, keepdims=True))
    return Land(x, z, height, normal.astype(np.float32), first)


def lit(light: Light, colour: Field, normal: Field, shade: Field | float = 1.0) -> Field:
    """Return a matt surface, colours and normals of shape (..., 3), lit; `shade` (...) dims the sky's share."""
    direct = np.clip(normal @ light.sun, 0, 1)[..., None] * light.sunlight
    open_sky = (np.asarray(shade, dtype=np.float32) * (0.55 + 0.45 * normal[..., 1]))[..., None] * light.ambient
    return np.asarray(colour * (direct + open_sky), dtype=np.float32)


def show(light: Light, land: Land, colour: Field, behind: Field) -> Field:
    """Return the picture, shape (H, W, 3): lit colours of the land (D, W, 3) in haze, else `behind`."""
    picture = land.per_pixel(hazed(light, colour, land.z))
    return np.where(land.beyond[..., None], behind, picture)


def backdrop(light: Light, camera: Camera) -> Field:
    """Return the sky behind a scene, shape (H, W, 3); below the horizon there is only haze."""
    picture = np.empty_like(camera.rays)
    picture[:] = light.horizon
    above = camera.upward > 0
    picture[above] = sky(light, camera.unit_rays[above])
    return picture


def water(light: Light, camera: Camera, wave_m: float, chop: float, body: Field, mirror: Field | None = None) -> Field:
    """Return how a water surface at height 0 looks in every pixel, shape (H, W, 3); meaningless above the horizon.

    Args:
        light: the scene's light.
        camera: its `height_m` is the height over the water.
        wave_m: length of the longest waves.
        chop: slope of the waves, 0 = a mirror, 0.3 = a storm.
        body: colour of the water itself, shape (3,) or (H, W, 3), linear light.
        mirror: the picture of what stands behind, shape (H, W, 3), reflected about the horizon; None = only sky.
    """
    n = camera.size_px
    depth = camera.height_m / np.maximum(-camera.upward, 1e-4)[:, None]
    x, z = camera.across[None, :] * depth + 0 * depth, depth + np.zeros((n, n), dtype=np.float32)
    scale = wave_m * 12
    slope_x = bilinear(rough(), x / scale + light.shift[2], z / scale * 1.7)
    slope_z = bilinear(rough(), x / scale, z / scale * 1.7 + light.shift[3]) + bilinear(
        smooth(), x / scale * 2, z / scale * 4
    )
    calm = chop / (1 + depth / (wave_m * 150))
    up = np.abs(camera.upward)[:, None] + np.abs(slope_z * calm * 0.8)
    bounced = np.stack([camera.across[None, :] + slope_x * calm, up, np.ones_like(x)], axis=-1)
    bounced /= np.sqrt((bounced**2).sum(-1, keepdims=True))
    glance = np.clip(-camera.unit_rays[..., 1] + slope_z * calm, 0.0, 1)
    fresnel = (0.03 + 0.97 * (1 - glance) ** 5)[..., None]
    above = sky(light, bounced) if mirror is None else _reflected(camera, mirror, slope_x * calm, slope_z * calm)
    inside = body * (light.ambient * 1.1 + light.sunlight * max(float(light.sun[1]), 0.05) * 0.8)
    inside = inside * (1 + 0.35 * np.clip(slope_z, -2, 2) * min(chop * 4, 1))[..., None]
    far = np.minimum(depth, 20000.0) + np.zeros((n, n), dtype=np.float32)
    return hazed(light, mix(inside, above, fresnel), far * 0.5)


def _reflected(camera: Camera, picture: Field, shift_x: Field, shift_y: Field) -> Field:
    """Return the picture turned over at the horizon and shaken by the waves."""
    n = camera.size_px
    row, column = np.mgrid[0:n, 0:n]
    up = 2 * camera.horizon * n - row - np.abs(shift_y) * n * 0.5
    aside = column + shift_x * n * 0.15
    return np.asarray(picture[np.clip(up, 0, n - 1).astype(np.int64), np.clip(aside, 0, n - 1).astype(np.int64)])


def grain(land: Land, size_m: float) -> Field:
    """Return fine noise lying on the land, shape (D, W), mean 0, variance 1."""
    return nearest(rough(), land.x / size_m, land.z / size_m)
