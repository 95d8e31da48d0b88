"""A shard's file counts only for the images and the backbone that it was made of, whole, whenever it was written."""

import os
from pathlib import Path

import numpy as np
import pytest

from models.files.shards import read_shard, shard_file, write_shard

CONTENTS, ROWS = ["a", "b"], np.ones((2, 3), np.float32)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = shard_file(tmp_path / "net-abc" / ".shards", CONTENTS)
    assert read_shard(file, CONTENTS) is None
    write_shard(file, CONTENTS, ROWS)
    return file


def test_what_was_written_is_read_whatever_the_clock_of_the_worker_said(file: Path) -> None:
    for year_s in (0, 4_000_000_000):  # 1970, 2096
        os.utime(file, (year_s, year_s))
        rows = read_shard(file, CONTENTS)
        assert rows is not None
        assert np.array_equal(rows, ROWS)


def test_a_truncated_file_is_removed_and_made_again(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-20])
    assert read_shard(file, CONTENTS) is None
    assert not file.exists()


def test_a_file_of_other_images_is_not_taken(file: Path) -> None:
    assert read_shard(file, ["a", "c"]) is None


def test_a_file_of_another_backbone_is_not_taken(file: Path) -> None:
    other = shard_file(file.parents[2] / "other-abc" / ".shards", CONTENTS)
    other.parent.mkdir(parents=True)
    other.write_bytes(file.read_bytes())
    assert read_shard(other, CONTENTS) is None
