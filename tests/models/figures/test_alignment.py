"""Embeddings of several networks are rotated onto the first one's, and only rotated."""

import numpy as np
import pytest

from models.figures.alignment import align_to_first


def test_embeddings_of_turned_and_shifted_networks_come_together() -> None:
    rng = np.random.default_rng(0)
    first = rng.normal(size=(50, 6))
    turns = [np.linalg.qr(rng.normal(size=(6, 6)))[0] for _ in range(3)]
    copies = np.stack([first, *(first @ turn + rng.normal(size=6) for turn in turns)]).astype(np.float32)
    aligned = align_to_first(copies)
    assert aligned.dtype == np.float32
    for embedded in aligned:
        assert np.abs(embedded - (first - first.mean(0))).max() < 1e-5


def test_alignment_only_turns() -> None:
    rng = np.random.default_rng(0)
    networks = rng.normal(size=(3, 40, 5)).astype(np.float32)
    aligned = align_to_first(networks)
    for before, after in zip(networks, aligned, strict=True):  # distances between images stay
        for row in range(0, 40, 7):
            lengths = [np.linalg.norm(embedded - embedded[row], axis=1) for embedded in (before, after)]
            assert lengths[0] == pytest.approx(lengths[1], abs=1e-4)
    assert np.abs(aligned[0] - aligned[1]).mean() <= np.abs(aligned[0] - (networks[1] - networks[1].mean(0))).mean()
