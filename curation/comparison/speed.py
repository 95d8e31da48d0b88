"""How long a network takes for an image, kept beside its run once it was measured."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from curation.comparison.contestants import Contestant
from models.arrays import Progress
from models.files.atomic import read_json, write_json

_FILE = "speed.json"


def known_speed(run_folder: Path) -> dict[str, Any] | None:
    """Return what was measured: `ms_per_image`, `batch_size`, `device`, `threads`; None before it was.

    Raises:
        ErrataError: the file is damaged.
    """
    path = run_folder / _FILE
    return dict(read_json(path)) if path.exists() else None


def measure_speeds(contestants: Sequence[Contestant], progress: Progress | None = None) -> None:
    """Measure the networks that nobody measured yet; an ensemble has none of its own.

    Args:
        contestants: of whom the first seed is measured.
        progress: told (done, total).

    Raises:
        ErrataError: a checkpoint is damaged.
    """
    folders = [one.runs[0].folder for one in contestants]
    able = [own for own in folders if (own / "checkpoint.safetensors").exists() and not (own / _FILE).exists()]
    for done, folder in enumerate(able):
        if progress:
            progress(done, len(able))
        from models.jobs.speed import measure_speed

        write_json(folder / _FILE, measure_speed(folder / "checkpoint.safetensors"))
    if progress and able:
        progress(len(able), len(able))
