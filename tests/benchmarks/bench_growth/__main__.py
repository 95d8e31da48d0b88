"""The table and the pictures of growth; see `--help`.

Every stage at every size is a process, so that its peak of memory is its alone. Beside the clock stand the processor
seconds: on a machine that does other work too only these can be compared.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.bench_growth.generated import Generated
from tests.benchmarks.bench_growth.stages import SIZES, STAGES


@dataclass(frozen=True)
class Measured:
    """What a stage took."""

    seconds: float  # by the clock
    processor_s: float  # of the process and those that it started
    peak_gb: float  # resident, the generated arrays included
    disk_mb: float  # that it left


def measure(name: str, n: int) -> Measured:
    """Do a stage with n generated images in this process."""
    with tempfile.TemporaryDirectory() as temporary:
        work = STAGES[name].prepare(Generated(n, Path(temporary)))
        started, processor = time.perf_counter(), _processor_s()
        work()
        seconds, processor = time.perf_counter() - started, _processor_s() - processor
        if STAGES[name].needs_database:
            from curation.database.start import stop_database
            from curation.workspace.folders import Workspace

            stop_database(Workspace(Path(temporary)))
        disk = sum(path.stat().st_size for path in Path(temporary).rglob("*") if path.is_file())
    return Measured(seconds, processor, _peak_gb(), disk / 1e6)


def grow(
    names: Sequence[str], sizes: Sequence[int] = SIZES, enough_s: float = float("inf")
) -> dict[str, list[tuple[int, Measured]]]:
    """Print and return what each stage takes by the number of images.

    Args:
        names: of STAGES.
        sizes: numbers of images, growing.
        enough_s: a stage that took longer by the clock is not tried with more images.
    """
    print("| stage | images | s | processor s | GB at most | MB on the disk |\n|---|---|---|---|---|---|")
    lines: dict[str, list[tuple[int, Measured]]] = {}
    for name in names:
        for n in sizes:
            command = [sys.executable, "-m", "tests.benchmarks.bench_growth", "--one", name, str(n)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                print(f"| {name} | {n:,} | {(done.stderr.splitlines() or ['killed'])[-1]} | | | |", flush=True)
                break
            took = Measured(*map(float, done.stdout.split()[-4:]))
            lines.setdefault(name, []).append((n, took))
            cells = f"{took.seconds:.2f} | {took.processor_s:.2f} | {took.peak_gb:.2f} | {took.disk_mb:.0f}"
            print(f"| {name} | {n:,} | {cells} |", flush=True)
            if took.seconds > enough_s:
                break
    return lines


def _processor_s() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _peak_gb() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1e6


def main() -> None:
    """Read the arguments and do what they ask."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.bench_growth", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES, help="numbers of images")
    parser.add_argument("--stages", nargs="*", default=list(STAGES), help="of: " + ", ".join(STAGES))
    parser.add_argument(
        "--enough", type=float, default=600.0, help="seconds after which a stage is not tried with more"
    )
    parser.add_argument("--picture", type=Path, help="PNG to draw")
    parser.add_argument("--scenes", type=int, nargs="*", help="whole audits of so many drawn scenes, instead")
    parser.add_argument("--one", nargs=2, metavar=("STAGE", "IMAGES"), help="measure one stage in this process")
    given = parser.parse_args()
    if given.one:
        print(*vars(measure(given.one[0], int(given.one[1]))).values())
        return
    from tests.benchmarks.figures.pictures import growth

    if given.scenes is not None:
        from tests.benchmarks.bench_growth.scenes import audits

        lines = audits(given.scenes or (1_000, 10_000, 50_000))
    else:
        measured = grow(given.stages, given.sizes, given.enough)
        lines = {name: [(n, took.processor_s) for n, took in sizes] for name, sizes in measured.items()}
    if given.picture:
        growth(given.picture, lines, "Processor seconds by the number of images")


if __name__ == "__main__":
    main()
