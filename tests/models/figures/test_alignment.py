"""Embeddings of several networks are rotated onto the first one's, and only rotated; then averaged."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from models.arrays import Features, FloatArray
from models.figures import alignment
from models.figures.alignment import alignments_to_first, write_aligned
from models.figures.predictions import NO_FOLD, held_out_or_mean


def aligned(networks: FloatArray) -> list[FloatArray]:
    """Return the embeddings of each network in the first one's space."""
    return [how.of(each) for how, each in zip(alignments_to_first(list(networks)), networks, strict=True)]


def test_embeddings_of_turned_and_shifted_networks_come_together() -> None:
    rng = np.random.default_rng(0)
    first = rng.normal(size=(50, 6))
    turns = [np.linalg.qr(rng.normal(size=(6, 6)))[0] for _ in range(3)]
    copies = np.stack([first, *(first @ turn + rng.normal(size=6) for turn in turns)]).astype(np.float32)
    for embedded in aligned(copies):
        assert embedded.dtype == np.float32
        assert np.abs(embedded - (first - first.mean(0))).max() < 1e-5


def test_alignment_only_turns() -> None:
    rng = np.random.default_rng(0)
    networks = rng.normal(size=(3, 40, 5)).astype(np.float32)
    turned = aligned(networks)
    for before, after in zip(networks, turned, strict=True):  # distances between images stay
        for row in range(0, 40, 7):
            lengths = [np.linalg.norm(embedded - embedded[row], axis=1) for embedded in (before, after)]
            assert lengths[0] == pytest.approx(lengths[1], abs=1e-4)
    assert np.abs(turned[0] - turned[1]).mean() <= np.abs(turned[0] - (networks[1] - networks[1].mean(0))).mean()


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_blocks_give_what_all_rows_at_once_give(dtype: type, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    networks: Features = rng.normal(size=(3, 101, 5)).astype(dtype)
    fold = rng.integers(NO_FOLD, 3, 101)
    expected = held_out_or_mean(aligned(networks.astype(np.float32)), fold)
    monkeypatch.setattr(alignment, "row_blocks", lambda n, width: [slice(a, a + 7) for a in range(0, n, 7)])
    output = np.empty((101, 5), np.float32)
    write_aligned(list(networks), fold, output)
    np.testing.assert_allclose(output, expected, atol=1e-5)


def test_large_embeddings_stay_in_their_files(tmp_path: Path) -> None:
    n, width, folds = 60_000, 64, 4
    networks: list[FloatArray] = []
    for k in range(folds):
        np.save(tmp_path / f"{k}.npy", np.random.default_rng(k).normal(size=(n, width)).astype(np.float32))
        networks.append(np.load(tmp_path / f"{k}.npy", mmap_mode="r"))
    output = np.lib.format.open_memmap(tmp_path / "mean.npy", "w+", np.float32, (n, width))
    tracemalloc.start()
    write_aligned(networks, np.arange(n) % folds, output)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * n * width * folds / 2  # which are 61 MB
    alignments = alignments_to_first(networks)
    np.testing.assert_allclose(output[3], alignments[3].of(np.array(networks[3][3:4]))[0], atol=1e-5)
