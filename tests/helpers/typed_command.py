"""The `errata` command as it is typed, but in this process."""

import sys

import pytest

from app import cli


def exit_code(*arguments: object) -> int:
    """Run `errata` with these arguments and return its exit code; what it prints is in `capsys`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["errata", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
    return int(ended.value.code or 0)
