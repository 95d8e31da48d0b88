"""Grad-CAM maps drawn on demand: what is asked for, as a job that knows it."""

from dataclasses import asdict, dataclass

from app.jobs.process import last_request, start
from curation.training.cam_drawing import drawing_folder
from curation.workspace.folders import Workspace


@dataclass(frozen=True)
class Drawing:
    """The maps of some images."""

    dataset: str  # its name or path
    images: tuple[str, ...]  # image_ids
    runs: tuple[str, ...] = ()  # trained runs; the audit's networks where empty
    label: str = ""  # with runs: the class to look for; the predicted one where empty

    @property
    def arguments(self) -> list[str]:
        """What `errata` is given."""
        runs = ["--runs", ",".join(self.runs)] if self.runs else []
        return ["draw", self.dataset, *self.images, *runs, *(["--label", self.label] if self.label else [])]


def start_drawing(workspace: Workspace, name: str, drawing: Drawing) -> None:
    """Start to draw maps.

    Args:
        workspace: holds the maps.
        name: under which the data set is audited.
        drawing: what to draw.

    Raises:
        ErrataError: other maps of the data set are being drawn.
    """
    start(drawing_folder(workspace, name), drawing.arguments, asdict(drawing))


def is_last_drawing(workspace: Workspace, name: str, drawing: Drawing) -> bool:
    """Return whether these maps are what the app started to draw last for a data set."""
    request = last_request(drawing_folder(workspace, name))
    try:
        return drawing == Drawing(**{**request, "images": tuple(request["images"]), "runs": tuple(request["runs"])})
    except (KeyError, TypeError):  # nothing was drawn, or by an earlier release
        return False
