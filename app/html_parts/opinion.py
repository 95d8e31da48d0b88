"""What one architecture says about an image: Grad-CAM maps for both labels, and its probabilities."""

from dataclasses import dataclass

from markupsafe import Markup

from app.html_parts.bars import probability_bars
from app.html_parts.pictures import cam_picture
from app.html_parts.templates import macros
from curation.results.architectures import ArchitectureResult
from curation.results.audit import Audit
from curation.results.cam_files import cam_pair
from curation.workspace.names import MEAN_OF_FOLDS

CAM_PX = 400
_HTML = macros(__file__)


@dataclass(frozen=True)
class _Overlay:
    """A Grad-CAM map over the image."""

    kind: str  # given or other
    caption: str
    source: str | None  # a `data:` address; None: not drawn yet


def opinion(audit: Audit, architecture: ArchitectureResult, row: int) -> Markup:
    """Return what an architecture says about an image; one that combines others has no map, but names its members."""
    classes, given, other = audit.rows.classes, int(audit.rows.labels[row]), int(audit.alternatives()[row])
    overlays = [] if architecture.members else _overlays(audit, architecture, row)
    bars = probability_bars(architecture.predictions.probs[row], classes, given, other)
    return _HTML.opinion(architecture, _model_of(audit, architecture, row), overlays, bars)


def _overlays(audit: Audit, architecture: ArchitectureResult, row: int) -> list[_Overlay]:
    path = audit.rows.path(row)
    labels = (("given", int(audit.rows.labels[row])), ("other", int(audit.alternatives()[row])))
    return [
        _Overlay(kind, f"why {audit.rows.classes[label]}", cam_picture(path, cam, CAM_PX))
        for (kind, label), cam in zip(labels, cam_pair(audit, architecture, row), strict=True)
    ]


def _model_of(audit: Audit, architecture: ArchitectureResult, row: int) -> str:
    """Return in words which model of an architecture judges an image."""
    if architecture.predictions.fold is None:
        return "in-sample: may have trained on this image"
    if architecture.name not in audit.config["architectures"]:
        return "trained elsewhere"
    fold = int(architecture.predictions.fold[row])
    return MEAN_OF_FOLDS.format(audit.config["folds"]) if fold < 0 else f"model of fold {fold}, which did not see it"
