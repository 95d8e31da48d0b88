"""Measurements of growth, kept in a table from which page and picture are drawn, whatever run they are of."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from models.files.atomic import write_text
from tests.benchmarks.figures.pictures import slope

ARRAYS, SCENES = "arrays", "scenes"  # what a stage was measured on
_LEAST_S = 0.1  # shorter stages are mostly noise: they say nothing of growth
Lines = Mapping[str, Sequence["Measured"]]


@dataclass(frozen=True)
class Measured:
    """What a stage took with a number of images."""

    of: str  # ARRAYS or SCENES
    stage: str
    images: int
    seconds: float  # by the clock
    processor_s: float  # of the process and those that it started; 0 = not known
    peak_gb: float  # resident at most, the generated arrays included; of scenes: so far in the audit
    disk_mb: float  # that it left; 0 = not known
    load: float  # of the machine when it began: how much the clock is worth
    day: str  # as 2026-01-31

    @property
    def cost_s(self) -> float:
        """Processor seconds, or those by the clock where they are not known."""
        return self.processor_s if self.of == ARRAYS else self.processor_s or self.seconds


def read(path: Path) -> list[Measured]:
    """Return what is kept; nothing where there is no file."""
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return [Measured(*(_KINDS[name](row[name]) for name in _KINDS)) for row in csv.DictReader(file)]


def keep(path: Path, measured: Measured) -> None:
    """Add a measurement to what is kept, in place of an earlier one of the same stage with as many images."""
    key = (measured.of, measured.stage, measured.images)
    kept = [each for each in read(path) if (each.of, each.stage, each.images) != key]
    rows = sorted([*kept, measured], key=lambda each: (each.of, each.stage, each.images))
    text = [",".join(_KINDS), *(",".join(_cell(value) for value in astuple(row)) for row in rows)]
    write_text(path, "\n".join(text) + "\n")


def lines_of(kept: Sequence[Measured], of: str, stages: Sequence[str] = ()) -> dict[str, list[Measured]]:
    """Return stage -> its measurements by growing numbers of images.

    Args:
        kept: measurements.
        of: ARRAYS or SCENES.
        stages: in this order, and no others; all where empty.
    """
    wanted = stages or list(dict.fromkeys(each.stage for each in kept if each.of == of))
    lines = {stage: [each for each in kept if each.of == of and each.stage == stage] for stage in wanted}
    return {stage: sorted(line, key=lambda each: each.images) for stage, line in lines.items() if line}


def growth_of(line: Sequence[Measured]) -> float | None:
    """Return the exponent with which a stage grows; None where fewer than three measurements are long enough."""
    points = [(each.images, each.cost_s) for each in line if each.cost_s >= _LEAST_S]
    return slope(points) if len(points) > 2 else None


def table(lines: Lines) -> str:
    """Return a Markdown table: a row a stage, a column a number of images, then the exponent and memory."""
    sizes = sorted({each.images for line in lines.values() for each in line})
    header = ["stage", *(f"{n:,}" for n in sizes), "grows like", "GB at most", "MB left"]
    rows = [header, ["---"] * len(header), *(_row(stage, line, sizes) for stage, line in lines.items())]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _row(stage: str, line: Sequence[Measured], sizes: Sequence[int]) -> list[str]:
    costs, power = {each.images: each.cost_s for each in line}, growth_of(line)
    cells = [
        f"{costs[n]:.2f}" if n in costs and costs[n] < 10 else f"{costs[n]:.0f}" if n in costs else "" for n in sizes
    ]
    largest = line[-1]
    disk = f"{largest.disk_mb:.0f}" if largest.disk_mb else ""
    return [stage, *cells, f"n^{power:.2f}" if power is not None else "", f"{largest.peak_gb:.1f}", disk]


def _cell(value: str | float) -> str:
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return f'"{text}"' if "," in text else text


_KINDS = {
    field.name: {"str": str, "int": int, "float": float}[getattr(field.type, "__name__", str(field.type))]
    for field in fields(Measured)
}
