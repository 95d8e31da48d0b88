"""How time, memory and disk of each stage grow with the number of images, on generated arrays and drawn scenes."""

from pathlib import Path


def run(_: Path) -> None:
    """Print the table of the smaller sizes."""
    from tests.benchmarks.bench_growth.__main__ import grow
    from tests.benchmarks.bench_growth.stages import SIZES, STAGES

    grow([name for name, stage in STAGES.items() if not stage.needs_database], SIZES[:2])
