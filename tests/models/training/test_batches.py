"""Batches: every image once an epoch, whatever the size, and enough for each process."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from models.errors import ErrataError
from models.training.batches import batches, check_shares, draws_of_epoch


def test_batches_hold_every_row_once_in_a_new_order() -> None:
    generator = torch.Generator().manual_seed(0)
    rows = np.arange(5, 90, 2)
    epochs = [list(batches(rows, 16, generator)) for _ in range(2)]
    for epoch in epochs:
        assert [len(batch) for batch in epoch] == [16, 16, 11]
        assert sorted(np.concatenate(epoch).tolist()) == rows.tolist()
        assert all((np.diff(batch) > 0).all() for batch in epoch)
    assert epochs[0][0].tolist() != epochs[1][0].tolist()


@given(n=st.integers(1, 60), size=st.integers(1, 70), world=st.integers(1, 4))
def test_only_a_last_batch_that_is_too_small_is_left_out(n: int, size: int, world: int) -> None:
    taken = list(batches(np.arange(n), size, torch.Generator().manual_seed(n), world))
    sizes = [len(rows) for rows in taken]
    assert sizes[:-1] == [size] * (len(sizes) - 1)
    assert len(np.unique(np.concatenate(taken))) == sum(sizes)
    left_out = n - sum(sizes)
    assert left_out == 0 or (left_out < size and left_out < 2 * world)


def test_single_images_are_batches_too() -> None:
    assert len(list(batches(np.arange(7), 1, torch.Generator()))) == 7


def test_augmentations_differ_between_processes_and_epochs_and_leave_the_order_alone() -> None:
    generators = [torch.Generator().manual_seed(0) for _ in range(2)]
    drawn = [torch.rand(3 + rank, generator=draws_of_epoch(generators[rank], rank)) for rank in range(2)]
    assert drawn[0][0] != drawn[1][0]
    assert torch.equal(torch.randperm(50, generator=generators[0]), torch.randperm(50, generator=generators[1]))
    again = torch.rand(3, generator=draws_of_epoch(generators[0], 0))
    assert not torch.equal(again, drawn[0])


@pytest.mark.parametrize(("images", "batch_size", "world"), [(3, 32, 2), (100, 3, 2), (5, 5, 3)])
def test_a_batch_too_small_to_share(images: int, batch_size: int, world: int) -> None:
    sentence = (
        f"^batches of {min(images, batch_size)} images are too small to be shared by {world} processes; .*--batch-size"
    )
    with pytest.raises(ErrataError, match=sentence):
        check_shares(images, batch_size, world)


def test_one_process_takes_any_batch() -> None:
    check_shares(1, 1, 1)
    check_shares(4, 100, 2)
