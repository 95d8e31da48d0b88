"""A signal stack that a block sets does not outlive it."""

import ctypes
import sys

import pytest

from models.processors.signal_stack import keep_signal_stack

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the fields below are in the order of Linux")


class StackT(ctypes.Structure):
    _fields_ = (("address", ctypes.c_void_p), ("flags", ctypes.c_int), ("size", ctypes.c_size_t))


def stack(new: StackT | None = None) -> tuple[int | None, int]:
    """Set a signal stack if one is given; return address and size of the one before."""
    before = StackT()
    assert ctypes.CDLL(None).sigaltstack(ctypes.byref(new) if new else None, ctypes.byref(before)) == 0
    return before.address, before.size


def divide_by_zero_on(memory: "ctypes.Array[ctypes.c_char]") -> None:
    with keep_signal_stack():
        stack(StackT(ctypes.addressof(memory), 0, len(memory)))
        assert stack() == (ctypes.addressof(memory), len(memory))
        1 / 0  # noqa: B018


def test_the_stack_of_before_is_put_back() -> None:
    before = stack()
    with pytest.raises(ZeroDivisionError):
        divide_by_zero_on(ctypes.create_string_buffer(1 << 16))
    assert stack() == before
