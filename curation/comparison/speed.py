"""How long a network takes for an image, measured once and kept in its run folder."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from curation.comparison.contestants import Contestant
from curation.comparison.image_maps import has_network
from models.arrays import Progress
from models.files.atomic import read_json, write_json

_FILE = "speed.json"


def known_speed(run_folder: Path) -> dict[str, Any] | None:
    """Return the measured `ms_per_image`, `batch_size`, `device` and `threads`; None before it was measured.

    Raises:
        ErrataError: the file is damaged.
    """
    path = run_folder / _FILE
    return dict(read_json(path)) if path.exists() else None


def measure_speeds(contestants: Sequence[Contestant], progress: Progress | None = None) -> None:
    """Measure the networks that were not measured yet; an ensemble has no network of its own.

    Args:
        contestants: the first seed of each is measured.
        progress: called with (done, total) networks.

    Raises:
        ErrataError: a checkpoint is damaged.
    """
    folders = [contestant.runs[0].folder for contestant in contestants if has_network(contestant)]
    unmeasured = [folder for folder in folders if not (folder / _FILE).exists()]
    for done, folder in enumerate(unmeasured):
        if progress:
            progress(done, len(unmeasured))
        from models.jobs.speed import measure_speed

        write_json(folder / _FILE, measure_speed(folder / "checkpoint.safetensors"))
    if progress and unmeasured:
        progress(len(unmeasured), len(unmeasured))
