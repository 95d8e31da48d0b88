"""The `errata` command as it is typed, but in this process."""

import signal
import sys
from collections.abc import Callable

import pytest

from app import cli

Run = Callable[..., tuple[int, str, str]]  # runs a command; returns exit code, output and errors


def exit_code(*arguments: object) -> int:
    """Run `errata` with these arguments and return its exit code; what it prints is in `capsys`."""
    on_interrupt = signal.getsignal(signal.SIGINT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["errata", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
    signal.signal(signal.SIGINT, on_interrupt)
    return int(ended.value.code or 0)


def refusal(result: tuple[int, str, str]) -> str:
    """Return the one sentence of a refused command."""
    code, output, errors = result
    assert code == 2, errors
    assert "Traceback" not in output + errors
    lines = [line for line in errors.splitlines() if line.startswith("errata: ")]
    assert len(lines) == 1, errors
    assert errors.rstrip("\n").splitlines()[-1] == lines[0], "the sentence comes last"
    return lines[0]
