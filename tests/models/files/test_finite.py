"""One value that is not finite is seen wherever it lies, in every type."""

import numpy as np
import pytest

from models.files.finite import all_finite


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", ">f2"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_one_value_is_seen(dtype: str, value: float) -> None:
    largest = float(np.finfo(dtype).max)
    values = np.array([[0, -largest, largest], [1e-7, -0.0, 1]], dtype)
    assert all_finite(values)
    assert all_finite(values[:, ::2])
    values[1, 2] = value
    assert not all_finite(values)
    assert all_finite(values[:, :2])


def test_what_is_no_fraction_or_nothing_is_finite() -> None:
    assert all_finite(np.array([2**62]))
    assert all_finite(np.array(["nan"]))
    assert all_finite(np.zeros((0, 4), np.float16))
