"""Embeddings on their principal axes: the few directions in which images differ most."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from models.arrays import Features, FloatArray
from models.files.scratch import scratch_rows
from models.processors.blocks import in_threads, read_rows, row_blocks
from models.processors.threads import cores

AXES = 512  # principal axes kept of each backbone
_SPARE, _TURNS = 64, 4  # of the subspace iteration: directions beyond those asked for, and number of iterations
_SAMPLE = 20_000  # rows that determine the axes
_SPANNED = 1e-4  # length of what rows have along a direction, beside the first one; less is rounding


@dataclass(frozen=True)
class Axes:
    """The principal axes of the standardised embeddings of a backbone."""

    mean: FloatArray  # (D,) of the embeddings
    scale: FloatArray  # (D,) their standard deviation
    centre: FloatArray  # (D,) mean of what is projected
    turn: FloatArray  # (D, M) the axes, largest variance first

    @classmethod
    def of(cls, embeddings: Features, axes: int, seed: int, pressed: bool) -> "Axes":
        """Work the axes out; see `joint_axes`."""
        drawn = np.sort(np.random.default_rng(seed).permutation(len(embeddings))[:_SAMPLE])
        sample = read_rows(embeddings, drawn)
        mean, scale = sample.mean(0), np.maximum(sample.std(0), 1e-6)
        _prepare(sample, mean, scale, pressed)
        centre = sample.mean(0)
        sample -= centre
        return cls(mean, scale, centre, _turn(sample, axes, seed))

    def project(self, embeddings: Features, pressed: bool, onto: FloatArray) -> None:
        """Put embeddings, shape (N, D), on the axes, shape (N, M), a block at a time."""

        def project(rows: slice) -> None:
            block = read_rows(embeddings, rows)
            _prepare(block, self.mean, self.scale, pressed)
            block -= self.centre
            onto[rows] = block @ self.turn

        for _ in in_threads(project, row_blocks(len(embeddings), embeddings.shape[1])):
            pass


def joint_axes(
    embeddings: Sequence[Features],
    axes: int = AXES,
    seed: int = 0,
    pressed: bool = True,
    known: "dict[str, Axes] | None" = None,
    scratch: Path | None = None,
) -> tuple[FloatArray, list[FloatArray]]:
    """Return embeddings of several backbones, each standardised and on its principal axes.

    The embeddings are read a block at a time; memory maps stay on the disk.

    Args:
        embeddings: of each backbone, shape (N, D); none may be the output of a network that learned from the labels.
        axes: how many principal axes are kept of each, at most.
        seed: draws the rows that determine the axes where there are more than 20,000.
        pressed: whether large values are first reduced by a signed square root and rows brought to unit length, so
            that all images count alike.
        known: axes by name, which is made of the other arguments and the backbone's place and width: those of the same
            embeddings are taken from here, or put here.
        scratch: folder where a large result has its file; None: it is in memory.

    Returns:
        all side by side, shape (N, M), and the columns of each backbone, views of the same.
    """
    known = {} if known is None else known

    def name(place: int) -> str:
        return f"{place} {embeddings[place].shape[1]} {axes} {seed} {'pressed' if pressed else 'plain'}"

    def find(place: int) -> Axes:
        return known.get(name(place)) or Axes.of(embeddings[place], axes, seed, pressed)

    # A backbone a thread: the threads of a single product would wait for one another half of the time.
    workers = max(1, min(cores(), len(embeddings)))
    with threadpool_limits(max(1, cores() // workers), "blas"), ThreadPoolExecutor(workers) as threads:
        found = list(threads.map(find, range(len(embeddings))))
    known.update({name(place): axes for place, axes in enumerate(found)})
    ends = np.cumsum([0, *(of_backbone.turn.shape[1] for of_backbone in found)]).tolist()
    together = scratch_rows(len(embeddings[0]) if embeddings else 0, ends[-1], scratch)
    parts = [together[:, start:end] for start, end in pairwise(ends)]
    for values, of_backbone, part in zip(embeddings, found, parts, strict=True):
        of_backbone.project(values, pressed, part)
    return together, parts


def _prepare(rows: FloatArray, mean: FloatArray, scale: FloatArray, pressed: bool) -> None:
    """Standardise rows in place, and press them."""
    rows -= mean
    rows /= scale
    if pressed:
        root = np.sqrt(np.abs(rows))
        np.copysign(root, rows, out=rows)
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6)


def _turn(sample: FloatArray, axes: int, seed: int) -> FloatArray:
    """Return the first principal directions of centred rows, shape (D, M), at most `axes` of those that they span."""
    n, width = sample.shape
    if n >= width:
        return principal_axes(sample.T @ sample, axes, seed)
    # Fewer rows than columns: the products of rows have the same spectrum, and their matrix is smaller.
    mixed = principal_axes(sample @ sample.T, axes, seed)
    directions = sample.T @ mixed
    lengths = np.linalg.norm(directions, axis=0)
    spanned = lengths > _SPANNED * lengths.max(initial=1e-6)
    return np.ascontiguousarray(directions[:, spanned] / lengths[spanned])


def principal_axes(scatter: FloatArray, axes: int, seed: int) -> FloatArray:
    """Return the first principal directions of a scatter matrix, shape (D, M), at most `axes`, largest first.

    Where there are many more directions, subspace iteration finds the space that the first ones span: a rotation of
    this space does not change the judgement, and all eigenvectors would take five times as long.

    Source: Halko, Martinsson & Tropp 2011, doi:10.1137/090771806.
    """
    if len(scatter) <= 2 * axes:
        return np.ascontiguousarray(np.linalg.eigh(scatter)[1][:, ::-1][:, :axes])
    draws = np.random.default_rng(seed).standard_normal((len(scatter), axes + _SPARE))
    span = np.asarray(draws, np.float32)
    for _ in range(_TURNS):
        span, _ = np.linalg.qr(scatter @ span)
    within = np.linalg.eigh(span.T @ (scatter @ span))[1]
    return np.ascontiguousarray((span @ within)[:, ::-1][:, :axes])
