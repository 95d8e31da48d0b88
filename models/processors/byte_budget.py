"""Memory that threads share: large pieces of work wait for each other, small ones do not."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

_SMALL = 16_000_000  # bytes; so little is not counted, and costs no lock


class ByteBudget:
    """So many bytes for all threads of a process. Work that alone takes more than all of them is done by itself."""

    def __init__(self, total: int):
        """Start with `total` bytes free."""
        self._total, self._taken, self._changed = total, 0, Condition()

    @contextmanager
    def taking(self, n_bytes: int) -> Iterator[None]:
        """Wait until so many bytes are free, and hold them for the block."""
        if n_bytes < _SMALL:
            yield
            return
        with self._changed:
            self._changed.wait_for(lambda: not self._taken or self._taken + n_bytes <= self._total)
            self._taken += n_bytes
        try:
            yield
        finally:
            with self._changed:
                self._taken -= n_bytes
                self._changed.notify_all()
