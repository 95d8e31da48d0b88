"""Whole audits of drawn scenes, each in a workspace of its own."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from curation.datasets.scenery.scenes import draw_scenes
from curation.workspace.stages import read_records
from tests.benchmarks.bench_growth.measured import SCENES, Measured, keep

_CLASSES = 6
ALL = "all of it, processor seconds"
_ORDER = ("images", "problems", "features", "duplicates", "pixels", "train", "compare", "judge", "map", "cams")
_LAST = ("fiftyone", "report", ALL)
_TEST = 0.25  # of the images of a class


def in_order(stages: Iterable[str]) -> list[str]:
    """Return the stages of audits in the order in which an audit goes through them, and what all of it took last."""
    order = {word: place for place, word in enumerate((*_ORDER, "", *_LAST))}
    return sorted(
        stages, key=lambda stage: (order.get(stage if stage == ALL else stage.split()[0], len(_ORDER)), stage)
    )


def audits(sizes: Sequence[int], kept: Path | None = None) -> None:
    """Print what each stage of an audit takes by the clock, and what all of it takes of processors.

    Args:
        sizes: numbers of images, about.
        kept: the table that measurements are added to.
    """
    print("| stage | images | s | GB at most so far |\n|---|---|---|---|")
    for n in sizes:
        with tempfile.TemporaryDirectory() as temporary:
            home, of_class = Path(temporary), n / _CLASSES
            test = round(_TEST * of_class)
            draw_scenes(home / "scenes-drawn", round(of_class) - test, test)
            command = [sys.executable, "-m", "app.cli", "audit", str(home / "scenes-drawn"), "--cams", "10"]
            before, load, day = os.times(), os.getloadavg()[0], datetime.now(UTC).date().isoformat()
            environment = {**os.environ, "ERRATA_HOME": str(home / "workspace")}
            subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
            after = os.times()
            subprocess.run([sys.executable, "-m", "app.cli", "stop"], env=environment, check=False)
            (folder,) = (home / "workspace" / "runs").glob("audit-*")
            measured = []
            for record in read_records(folder).values():
                took = Measured(SCENES, record.name, n, record.seconds, 0, record.peak_mb / 1e3, 0, load, day)
                print(f"| {record.name} | {n:,} | {record.seconds:.1f} | {took.peak_gb:.1f} |", flush=True)
                measured.append(took)
            processor = after.children_user + after.children_system - before.children_user - before.children_system
            disk = sum(path.stat().st_size for path in (home / "workspace").rglob("*") if path.is_file())
            print(f"| all, processor s | {n:,} | {processor:.0f} | {disk / 1e6:.0f} MB on the disk |", flush=True)
            peak = max(each.peak_gb for each in measured)
            everything = sum(each.seconds for each in measured)
            measured.append(Measured(SCENES, ALL, n, everything, processor, peak, disk / 1e6, load, day))
            if kept:
                for took in measured:
                    keep(kept, took)
