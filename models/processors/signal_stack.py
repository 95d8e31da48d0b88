"""The stack that handlers of signals run on, kept where a native library would leave another."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager

_STACK_T_BYTES = 64  # more than `stack_t` takes on any system


@contextmanager
def keep_signal_stack() -> Iterator[None]:
    """Give the calling thread back the signal stack that it had before the block.

    OpenVINO gives the thread that compiles a model a stack of the model's, and sets the stack that it came upon when
    the model is freed. With two models that is the memory of the first, perhaps freed before: the next signal, Ctrl-C
    as well, would then end the process with a segmentation fault. So each model has to come upon the thread's stack.
    """
    if os.name == "nt":  # Windows has no such stack
        yield
        return
    sigaltstack, before = ctypes.CDLL(None).sigaltstack, ctypes.create_string_buffer(_STACK_T_BYTES)
    sigaltstack(None, before)
    try:
        yield
    finally:
        sigaltstack(before, None)
