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
from datetime import UTC, datetime
from pathlib import Path

from models.files.atomic import write_text
from tests.benchmarks.bench_growth.generated import Generated
from tests.benchmarks.bench_growth.measured import ARRAYS, SCENES, Measured, growth_of, keep, lines_of, read, table
from tests.benchmarks.bench_growth.scenes import audits, in_order
from tests.benchmarks.bench_growth.stages import SIZES, STAGES
from tests.faults.machine import machine

_PAGE = """# Growth on one machine

Written by `make bench-growth` from [growth.csv](growth.csv), where each measurement stands with its day and the load
of the machine; n = 1 each. Drawn {machine}.
Memory and disk are those with the most images. The exponent is fitted to three or more measurements of at
least 0.1 s.

## Stages on generated arrays

Processor seconds by the number of images, 10 classes, embeddings of {width} columns where a stage reads some.

{arrays}

![Processor seconds by the number of images, both logarithmic](pictures/growth.png)
"""
_WHOLE = """
## Whole audits of drawn scenes

Seconds by the clock (the audit's own records, which know no processor seconds) and GB at most so far in the audit.

{scenes}
"""


def measure(name: str, n: int) -> Measured:
    """Do a stage with n generated images in this process."""
    load, day = os.getloadavg()[0], datetime.now(UTC).date().isoformat()
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
    return Measured(ARRAYS, name, n, seconds, processor, _peak_gb(), disk / 1e6, load, day)


def grow(
    names: Sequence[str], sizes: Sequence[int] = SIZES, enough_s: float = float("inf"), kept: Path | None = None
) -> None:
    """Print what each stage takes by the number of images.

    Args:
        names: of STAGES.
        sizes: numbers of images, growing.
        enough_s: a stage that took longer by the clock is not tried with more images.
        kept: the table that measurements are added to.
    """
    print("| stage | images | s | processor s | GB at most | MB on the disk |\n|---|---|---|---|---|---|")
    for name in names:
        for n in sizes:
            with tempfile.TemporaryDirectory() as temporary:
                path = Path(temporary) / "measured.csv"
                command = [sys.executable, "-m", "tests.benchmarks.bench_growth", "--one", name, str(n)]
                done = subprocess.run([*command, "--keep", str(path)], capture_output=True, text=True, check=False)
                measured = read(path)
            if done.returncode or not measured:
                print(f"| {name} | {n:,} | {(done.stderr.splitlines() or ['killed'])[-1]} | | | |", flush=True)
                break
            took = measured[0]
            cells = f"{took.seconds:.2f} | {took.processor_s:.2f} | {took.peak_gb:.2f} | {took.disk_mb:.0f}"
            print(f"| {name} | {n:,} | {cells} |", flush=True)
            if kept:
                keep(kept, took)
            if took.seconds > enough_s:
                break


def draw(kept: Path) -> None:
    """Write the page and the picture beside the table of measurements."""
    from tests.benchmarks.figures.pictures import growth

    measured = read(kept)
    arrays = lines_of(measured, ARRAYS, list(STAGES))
    scenes = lines_of(measured, SCENES, in_order({each.stage for each in measured if each.of == SCENES}))
    text = _PAGE.format(machine=machine(), width=Generated(1, Path()).width, arrays=table(arrays))
    if scenes:
        text += _WHOLE.format(scenes=table(scenes))
    write_text(kept.with_suffix(".md"), text)
    lines = {
        f"{name} n^{power:.2f}" if (power := growth_of(line)) is not None else name: [
            (each.images, each.cost_s) for each in line
        ]
        for name, line in arrays.items()
    }
    growth(kept.parent / "pictures" / "growth.png", lines, "Processor seconds by the number of images")


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
    parser.add_argument("--keep", type=Path, help="CSV that measurements are added to; page and picture beside it")
    parser.add_argument("--scenes", type=int, nargs="*", help="whole audits of so many drawn scenes, instead")
    parser.add_argument("--one", nargs=2, metavar=("STAGE", "IMAGES"), help="measure one stage in this process")
    given = parser.parse_args()
    if given.one:
        keep(given.keep, measure(given.one[0], int(given.one[1])))
        return
    if given.scenes is not None:
        audits(given.scenes or (1_000, 10_000, 50_000), given.keep)
    else:
        grow(given.stages, given.sizes, given.enough, given.keep)
    if given.keep:
        draw(given.keep)


if __name__ == "__main__":
    main()
