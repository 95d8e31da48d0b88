"""Whole audits of drawn scenes, each in a workspace of its own."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from curation.datasets.scenery.scenes import draw_scenes
from curation.workspace.stages import read_records

_CLASSES = 6
_TEST = 0.25  # of the images of a class


def audits(sizes: Sequence[int]) -> dict[str, list[tuple[int, float]]]:
    """Print what each stage of an audit takes by the clock, and return stage -> (images, seconds) pairs.

    Args:
        sizes: numbers of images, about.
    """
    print("| stage | images | s | GB at most so far |\n|---|---|---|---|")
    lines: dict[str, list[tuple[int, float]]] = {}
    for n in sizes:
        with tempfile.TemporaryDirectory() as temporary:
            home, of_class = Path(temporary), n / _CLASSES
            test = round(_TEST * of_class)
            draw_scenes(home / "scenes-drawn", round(of_class) - test, test)
            command = [sys.executable, "-m", "app.cli", "audit", str(home / "scenes-drawn"), "--cams", "10"]
            before = os.times()
            environment = {**os.environ, "ERRATA_HOME": str(home / "workspace")}
            subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
            after = os.times()
            subprocess.run([sys.executable, "-m", "app.cli", "stop"], env=environment, check=False)
            (folder,) = (home / "workspace" / "runs").glob("audit-*")
            for record in read_records(folder).values():
                lines.setdefault(record.name, []).append((n, record.seconds))
                print(f"| {record.name} | {n:,} | {record.seconds:.1f} | {record.peak_mb / 1e3:.1f} |", flush=True)
            processor = after.children_user + after.children_system - before.children_user - before.children_system
            disk = sum(path.stat().st_size for path in (home / "workspace").rglob("*") if path.is_file())
            print(f"| all, processor s | {n:,} | {processor:.0f} | {disk / 1e6:.0f} MB on the disk |", flush=True)
    return lines
