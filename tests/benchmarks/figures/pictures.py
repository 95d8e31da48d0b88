"""Pictures of benchmarks: review curves of several rankings, and growth of time with the number of images."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from models.arrays import BoolArray, FloatArray, IntArray

# Okabe and Ito's colours, told apart by the colour-blind; ours is the first
COLOURS = ("#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#999999")


def review_curves(path: Path, rankings: Mapping[str, FloatArray], wrong: BoolArray, title: str) -> None:
    """Draw how many wrong labels are found after how many looks, one line a ranking, the best possible one dashed.

    Args:
        path: the PNG to write.
        rankings: name -> label quality, shape (N,), low = looked at first; the first is drawn boldest.
        wrong: whether each label is wrong, shape (N,).
        title: of the picture.
    """
    n_wrong = int(wrong.sum())
    shown = min(len(wrong), 2 * n_wrong)
    orders = {name: np.argsort(quality, kind="stable") for name, quality in rankings.items()}
    found = {name: np.cumsum(wrong[order], dtype=np.int64)[:shown] for name, order in orders.items()}
    found_curves(path, found, n_wrong, title)


def found_curves(path: Path, found: Mapping[str, IntArray], n_wrong: int, title: str) -> None:
    """Draw how many wrong labels are found after how many looks, one line a review, the best possible one dashed.

    Args:
        path: the PNG to write.
        found: name -> wrong labels found after 1, 2, … looks, shape (L,); the first is drawn boldest.
        n_wrong: how many there are.
        title: of the picture.
    """
    shown = max(map(len, found.values()))
    figure, axes = plt.subplots(figsize=(8, 6.5), layout="constrained")
    best = [0, min(n_wrong, shown), shown]
    axes.plot(best, np.minimum(best, n_wrong), "--", color="#999999", lw=1, label="the best possible")
    for (name, hits), colour in zip(found.items(), COLOURS, strict=False):
        first = name == next(iter(found))
        axes.plot(range(1, len(hits) + 1), hits, color=colour, lw=2.5 if first else 1.3, label=name, zorder=3 - first)
    axes.set(xlabel="images looked at", ylabel=f"wrong labels found (of {n_wrong:,})", title=title)
    _save(path, figure, axes)


def growth(path: Path, lines: Mapping[str, Sequence[tuple[int, float]]], title: str) -> None:
    """Draw seconds against the number of images, both logarithmic, with the name of each line beside its end.

    Args:
        path: the PNG to write.
        lines: name, with its slope -> (number of images, seconds) pairs; times of 0 are drawn as a hundredth.
        title: of the picture.
    """
    figure, axes = plt.subplots(figsize=(10, 7.5), layout="constrained")
    ends: list[tuple[float, float, str, str]] = []
    for place, (name, points) in enumerate(lines.items()):
        n, seconds = (np.array(column, float) for column in zip(*points, strict=True))
        seconds, colour = np.maximum(seconds, 0.01), COLOURS[place % len(COLOURS)]
        axes.loglog(n, seconds, "os^Dv"[place // len(COLOURS)] + "-", color=colour, lw=1.5, ms=5)
        ends.append((float(seconds[-1]), float(n[-1]), name, colour))
    low, high = np.log10(axes.get_ylim())
    right, above = max(n for _, n, _, _ in ends), float("-inf")
    for seconds_at_end, n_at_end, name, colour in sorted(ends):  # from below; each as high as its line ends, or higher
        above = max(float(np.log10(seconds_at_end)), above + (high - low) / 28)
        text = (right * 1.35, 10**above)
        line = {"arrowstyle": "-", "color": colour, "lw": 0.6, "alpha": 0.6}
        axes.annotate(
            name, (n_at_end, seconds_at_end), text, color=colour, fontsize=9, va="center", arrowprops=line,
            annotation_clip=False,
        )  # fmt: skip
    axes.set(xlabel="images", ylabel="processor seconds", title=title)
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def slope(points: Sequence[tuple[int, float]]) -> float:
    """Return the exponent of the power law that fits best, by least squares of the logarithms; 1 = linear."""
    n, seconds = np.log(np.array(points, float)).T
    return float(np.polyfit(n, seconds, 1)[0])


def _save(path: Path, figure: Figure, axes: Axes) -> None:
    axes.grid(alpha=0.25)
    figure.legend(loc="outside lower center", frameon=False, fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=110)
    plt.close(figure)
