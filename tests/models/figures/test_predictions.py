"""Predictions: saved and read back whole, never unpickled, checked."""

import pickle
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ErrataError
from models.figures.predictions import NO_FOLD, Predictions, checked_probs, held_out_or_mean
from models.processors.blocks import read_rows, row_blocks
from tests.helpers.processes.memory import peak_bytes

IDS = np.array(["train/sea/a b.jpg", "train/sea/氷.jpg", "test/c.jpg"])
PROBS = np.array([[0.9, 0.1], [0.5, 0.5], [0.0, 1.0]], np.float32)
EMBEDDINGS = np.arange(12, dtype=np.float32).reshape(3, 4)


def saved(folder: Path) -> Path:
    path = folder / "predictions.npz"
    Predictions(IDS, PROBS, EMBEDDINGS, np.array([0, 1, NO_FOLD])).save(path)
    return path


def test_round_trip(tmp_path: Path) -> None:
    loaded = Predictions.load(saved(tmp_path))
    assert loaded.image_ids.tolist() == IDS.tolist()
    assert np.array_equal(loaded.probs, PROBS)
    assert loaded.probs.dtype == np.float32
    assert loaded.embeddings is not None
    assert np.array_equal(loaded.embeddings, EMBEDDINGS)
    assert loaded.fold is not None
    assert loaded.fold.tolist() == [0, 1, NO_FOLD]
    assert [path.name for path in tmp_path.iterdir()] == ["predictions.npz"]


def test_without_embeddings_and_in_sample(tmp_path: Path) -> None:
    Predictions(IDS, PROBS, None, None).save(tmp_path / "p.npz")
    loaded = Predictions.load(tmp_path / "p.npz")
    assert loaded.embeddings is None
    assert loaded.fold is None


def test_large_embeddings_are_checked_and_read_without_holding_them(tmp_path: Path) -> None:
    n, width = 200_000, 64  # 51 MB
    embeddings = np.arange(n * width, dtype=np.float32).reshape(n, width)
    path, expected = tmp_path / "p.npz", embeddings.sum(0, dtype=np.float64)
    Predictions(np.array([f"{row}.jpg" for row in range(n)]), np.ones((n, 1), np.float32), embeddings, None).save(path)
    del embeddings
    before = peak_bytes(start_anew=True)
    loaded = Predictions.load(path).embeddings
    assert isinstance(loaded, np.memmap)
    total = sum(read_rows(loaded, rows).sum(0, dtype=np.float64) for rows in row_blocks(n, width))
    assert peak_bytes() - before < 40e6  # names 8 MB, a block of rows 8 MB, and what hands it out
    np.testing.assert_array_equal(total, expected)


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(ErrataError, match=r"no predictions at .*p\.npz; run the audit first"):
        Predictions.load(tmp_path / "p.npz")
    with pytest.raises(ErrataError, match="no predictions at"):
        Predictions.load(tmp_path)


@given(st.data())
def test_every_truncation_is_one_sentence(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.getbasetemp()
    content = saved(folder).read_bytes()
    damaged = folder / "damaged.npz"
    damaged.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    with pytest.raises(
        ErrataError,
        match=r"damaged\.npz is damaged or no \.npz of plain arrays \(.*\); run the audit or the training again",
    ):
        Predictions.load(damaged)


def test_a_flipped_byte_is_noticed(tmp_path: Path) -> None:
    path = saved(tmp_path)
    content = bytearray(path.read_bytes())
    content[content.index(PROBS.tobytes())] ^= 1
    path.write_bytes(content)
    with pytest.raises(ErrataError, match="damaged or no"):
        Predictions.load(path)


def test_pickles_are_not_opened(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return Path.touch, (tmp_path / "exploded",)  # type: ignore[return-value]

    path = tmp_path / "p.npz"
    np.savez(path, image_ids=np.array([Bomb()], object), probs=PROBS)
    with pytest.raises(ErrataError, match="damaged or no"):
        Predictions.load(path)
    path.write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(ErrataError, match="damaged or no"):
        Predictions.load(path)
    assert not (tmp_path / "exploded").exists()


def test_one_bare_array_is_no_predictions_file(tmp_path: Path) -> None:
    with (tmp_path / "p.npz").open("wb") as file:
        np.save(file, PROBS)
    with pytest.raises(ErrataError, match="holds a single array without a name"):
        Predictions.load(tmp_path / "p.npz")


def test_a_lacking_array_is_named(tmp_path: Path) -> None:
    np.savez(tmp_path / "p.npz", image_ids=IDS)
    with pytest.raises(ErrataError, match=r"p\.npz is damaged: it lacks probs; run the audit or the training again"):
        Predictions.load(tmp_path / "p.npz")
    np.savez(tmp_path / "p.npz", logits=PROBS)
    with pytest.raises(ErrataError, match="lacks image_ids and probs"):
        Predictions.load(tmp_path / "p.npz")


def test_arrays_of_different_lengths(tmp_path: Path) -> None:
    np.savez(tmp_path / "p.npz", image_ids=IDS, probs=PROBS[:2])
    with pytest.raises(ErrataError, match=r"probs has shape \(2, 2\), not \(3, any\)"):
        Predictions.load(tmp_path / "p.npz")
    np.savez(tmp_path / "p.npz", image_ids=IDS, probs=np.float32(1))
    with pytest.raises(ErrataError, match=r"probs has shape \(\), not \(3, any\)"):
        Predictions.load(tmp_path / "p.npz")


def test_good_probs_become_float32() -> None:
    assert checked_probs(PROBS.astype(np.float64), 2).dtype == np.float32
    assert checked_probs(np.zeros((0, 2), np.float32), 2).shape == (0, 2)
    checked_probs(np.array([[0.3334, 0.3333, 0.3333]], np.float32), 3)  # four digits, as people write them


@pytest.mark.parametrize(
    ("probs", "sentence"),
    [
        ([0.5, 0.5], r"probs have shape \(2,\); expected \(number of images, 2 classes\)"),
        ([[0.2, 0.3, 0.5]], r"probs have shape \(1, 3\)"),
        ([[0.5, 0.5], [np.nan, 1]], "probs of row 1 hold a negative value, NaN or infinity"),
        ([[np.inf, 0]], "probs of row 0 hold"),
        ([[-3.0, 4.0]], "give probabilities, not logits"),
        ([[0.5, 0.5], [2.0, 3.0]], "probs of row 1 sum to 5, not 1; apply a softmax first"),
        ([[0.0, 0.0]], "probs of row 0 sum to 0, not 1"),
        ([[90.0, 10.0]], "probs of row 0 sum to 100"),
    ],
)
def test_bad_probs(probs: list[object], sentence: str) -> None:
    with pytest.raises(ErrataError, match=sentence):
        checked_probs(np.array(probs, np.float32), 2)


def test_held_out_or_mean_by_head() -> None:
    of_folds = np.array([[[1], [2], [3]], [[5], [6], [7]]], np.float32)  # (F, N, 1)
    assert held_out_or_mean(of_folds, np.array([1, 0, NO_FOLD])).tolist() == [[5], [2], [5]]
