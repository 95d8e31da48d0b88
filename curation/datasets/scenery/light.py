"""Time of day, weather and season of a drawn scene, and the sky they make. Colours are linear light, RGB."""

from dataclasses import dataclass

import numpy as np

from curation.datasets.scenery.noise import Field, bilinear, mix, rough, smooth, smoothstep

# time: (probability, sun elevation in degrees, sunlight, zenith, horizon, ambient)
_TIMES = {
    "day": (0.46, (22, 65), (2.6, 2.45, 2.15), (0.09, 0.22, 0.56), (0.50, 0.66, 0.86), (0.26, 0.33, 0.45)),
    "golden": (0.22, (5, 16), (2.7, 1.65, 0.80), (0.13, 0.22, 0.46), (0.95, 0.64, 0.40), (0.25, 0.25, 0.32)),
    "dawn": (0.12, (1, 5), (1.6, 0.80, 0.50), (0.14, 0.16, 0.36), (0.90, 0.48, 0.42), (0.20, 0.18, 0.26)),
    "dusk": (0.11, (1, 3), (0.22, 0.12, 0.10), (0.03, 0.05, 0.16), (0.42, 0.24, 0.22), (0.09, 0.09, 0.15)),
    "night": (0.09, (20, 50), (0.07, 0.08, 0.11), (0.006, 0.010, 0.028), (0.025, 0.03, 0.055), (0.018, 0.022, 0.038)),
}
# weather: (probability, share of sunlight left, haze a km, cloud cover 0..1)
_WEATHERS = {
    "clear": (0.34, 1.0, (0.01, 0.05), (0.05, 0.35)),
    "cloudy": (0.28, 0.9, (0.02, 0.06), (0.4, 0.7)),
    "overcast": (0.13, 0.12, (0.02, 0.06), (0.85, 1.0)),
    "haze": (0.11, 0.5, (0.06, 0.20), (0.2, 0.7)),
    "rain": (0.07, 0.10, (0.05, 0.13), (0.9, 1.0)),
    "snow": (0.07, 0.10, (0.05, 0.14), (0.9, 1.0)),
}
_SEASONS = ("spring", "summer", "autumn", "winter")


@dataclass(frozen=True)
class Light:
    """What falls on a scene and what hangs above it."""

    time: str
    weather: str
    season: str
    sun: Field  # (3,) unit vector towards sun or moon: x right, y up, z ahead
    sunlight: Field  # (3,)
    ambient: Field  # (3,) light of the open sky on a surface
    zenith: Field  # (3,)
    horizon: Field  # (3,) also the colour of haze
    haze_per_km: float
    cover: float  # of clouds, 0..1
    shift: Field  # (4,) where this scene reads the textures, in tiles

    @property
    def dark(self) -> bool:
        """Whether lamps are on."""
        return self.time in ("dusk", "night")

    @property
    def wintry(self) -> bool:
        """Whether snow lies on the ground at sea level."""
        return self.weather == "snow" or (self.season == "winter" and float(self.shift[0]) < 0.6)


def draw_light(rng: np.random.Generator) -> Light:
    """Draw a time of day, a weather and a season."""
    time = str(rng.choice(list(_TIMES), p=[t[0] for t in _TIMES.values()]))
    weather = str(rng.choice(list(_WEATHERS), p=[w[0] for w in _WEATHERS.values()]))
    _, elevation_range, *colours = _TIMES[time]
    sunlight, zenith, horizon, ambient = (np.array(c) * rng.uniform(0.88, 1.12, 3) for c in colours)
    _, share, haze_range, cover_range = _WEATHERS[weather]
    elevation, azimuth = np.radians(rng.uniform(*elevation_range)), rng.uniform(-np.pi, np.pi)
    sun = np.array([np.cos(elevation) * np.sin(azimuth), np.sin(elevation), np.cos(elevation) * np.cos(azimuth)])
    grey = 1 - share if share < 0.9 else 0.0  # a covered sky is lit by the same sun, spread and without colour
    pall = ambient.mean() * np.array([1.15, 1.22, 1.30]) + sunlight.mean() * 0.09
    return Light(
        time,
        weather,
        str(rng.choice(_SEASONS)),
        sun.astype(np.float32),
        (sunlight * share).astype(np.float32),
        mix(ambient, pall * 1.1, grey * 0.7),
        mix(zenith, pall * 0.9, grey),
        mix(horizon, pall * 1.5, grey * 0.9),
        float(rng.uniform(*haze_range)),
        float(rng.uniform(*cover_range)),
        rng.random(4).astype(np.float32),
    )


def sky(light: Light, rays: Field) -> Field:
    """Return what is seen of the sky along unit vectors, shape (..., 3), as linear light of the same shape."""
    up = np.maximum(rays[..., 1], 0.0)
    towards = np.clip(rays @ light.sun, 0, 1)
    colour = mix(light.horizon, light.zenith, (np.sqrt(np.clip(up * 1.6, 0, 1)))[..., None])
    disc = 0.0 if light.time == "dusk" else 12 * np.exp(2500 * (towards - 1))
    shine = 0.35 * np.exp(6 * (towards - 1)) + 0.8 * np.exp(60 * (towards - 1)) + disc
    colour = colour + light.sunlight * (shine * (0.45 if light.time != "night" else 1.5))[..., None]
    if light.time == "night" and light.cover < 0.6:
        stars = bilinear(rough(), rays[..., 0] * 2.5, rays[..., 1] * 2.5) > 3.1
        colour = colour + 0.25 * stars[..., None].astype(np.float32)
    return _clouded(light, rays, up, towards, colour)


def _clouded(light: Light, rays: Field, up: Field, towards: Field, colour: Field) -> Field:
    """Lay clouds, on a plane above the viewer so that they shrink towards the horizon, over the colour of the sky."""
    reach = 0.22 / (up + 0.13)
    x, z = rays[..., 0] * reach + light.shift[0], rays[..., 2] * reach + light.shift[1]
    billow = bilinear(smooth(), x, z) + 0.28 * bilinear(rough(), x * 2.3, z * 2.3)
    edge = 1.9 - 3.6 * light.cover
    thickness = smoothstep(edge, edge + 1.3, billow)
    bright = light.ambient * 1.25 + light.sunlight * 0.30 + light.horizon * 0.25
    bright = bright + light.sunlight * (0.5 * np.exp(4 * (towards - 1)))[..., None]
    under = light.ambient * 0.75 + light.horizon * 0.22
    shade = smoothstep(edge + 0.5, edge + 2.6, billow)[..., None]
    cover = (thickness * np.clip(up * 14, 0, 1) * 0.92)[..., None]  # clouds drown in the haze of the horizon
    return mix(colour, mix(bright, under, shade), cover)


def hazed(light: Light, colour: Field, distance_m: Field) -> Field:
    """Return colours, shape (..., 3), as seen through `distance_m` (...) of the scene's air."""
    clear = np.exp(-distance_m * (light.haze_per_km / 1000.0), dtype=np.float32)[..., None]
    return mix(light.horizon, colour, clear)
