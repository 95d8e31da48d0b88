"""How long a network takes for an image, measured once and kept in its run folder."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curation.comparison.contestants import Contestant
from curation.comparison.image_maps import has_network
from models.arrays import Progress
from models.errors import ErrataError
from models.files.atomic import write_json
from models.files.schemas import read_dict

_FILE = "speed.json"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Speed:
    """What the file says."""

    ms_per_image: float
    batch_size: int
    device: str
    threads: int


def known_speed(run_folder: Path) -> dict[str, Any] | None:
    """Return the measured `ms_per_image`, `batch_size`, `device` and `threads`; None before it was measured."""
    path = run_folder / _FILE
    try:
        return read_dict(path, _Speed) if path.exists() else None
    except ErrataError as error:  # it is measured again
        _log.warning("%s", error)
        path.unlink(missing_ok=True)
        return None


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
