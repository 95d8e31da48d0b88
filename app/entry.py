"""The start of the `errata` command: Ctrl-C while it is still loading ends it in a sentence, not in a traceback."""

import os
import signal
from types import FrameType

from app.terminal import INTERRUPTED, STOPPED


def main() -> None:
    """Load the command and run it."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:  # else somebody wants it ignored, as `nohup` does
        signal.signal(signal.SIGINT, _stop)
    from app.cli import main as run

    signal.signal(signal.SIGINT, before)
    run()


def _stop(_number: int, _frame: FrameType | None) -> None:
    """End at once: nothing was begun, and an exception would pass through imports that report or swallow it."""
    os.write(2, f"{STOPPED}\n".encode())
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
