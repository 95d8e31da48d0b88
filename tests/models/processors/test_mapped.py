"""Arrays on disk travel by name, all others by value."""

from pathlib import Path

import numpy as np

from models.processors.mapped import Held, Mapped, by_name


def test_a_memory_map_travels_by_name_and_a_part_of_one_by_value(tmp_path: Path) -> None:
    array = np.arange(24, dtype=np.uint8).reshape(4, 3, 2)
    np.save(tmp_path / "a.npy", array)
    mapped = np.load(tmp_path / "a.npy", mmap_mode="r")
    named = by_name(mapped)
    assert isinstance(named, Mapped)
    assert np.array_equal(named.open(), array)
    for part in (mapped[1:], mapped[:, ::2], array):
        held = by_name(part)
        assert isinstance(held, Held)
        assert np.array_equal(held.open(), part)
