"""How long `errata --help` takes beside bare Python, in processor time: what else the machine does takes no part."""

import os
import subprocess
import sys
from pathlib import Path

ROUNDS = 7


def run(_: Path) -> None:
    """Print the least processor time of both, started in turn."""
    rounds = [(seconds("pass"), seconds("from app.cli import main; main()", "--help")) for _ in range(ROUNDS)]
    bare, errata = (min(column) for column in zip(*rounds, strict=True))
    print(f"python {bare:.3f} s, errata --help {errata:.3f} s", flush=True)


def seconds(program: str, *arguments: str) -> float:
    """Return the processor time that a Python program takes."""
    before = os.times()
    subprocess.run([sys.executable, "-c", program, *arguments], check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system
