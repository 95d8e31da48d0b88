"""Grad-CAM maps of one image, drawn on demand: a run in another process, since it needs torch."""

from pathlib import Path

from curation.results.architectures import ArchitectureResult
from curation.results.audit import Audit, load_audit
from curation.results.cam_files import cam_jobs, cam_pair, has_models
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.files.atomic import checked_name
from models.files.runs import computing


def drawing_folder(workspace: Workspace, name: str) -> Path:
    """Return the run folder of the maps drawn on demand for a data set; one image at a time."""
    return workspace.runs / f"draw-{checked_name('data set', name)}"


def missing_cams(audit: Audit, row: int) -> list[ArchitectureResult]:
    """Return the architectures that have models but not both maps of an image."""
    return [
        architecture
        for architecture in audit.architectures
        if has_models(architecture) and not all(path.exists() for path in cam_pair(audit, architecture, row))
    ]


def draw_image(workspace: Workspace, name: str, image_id: str) -> list[Path]:
    """Draw the missing maps of an image, for the given and the suggested class; return all its maps.

    Raises:
        ErrataError: the data set was not audited, has no such image, or was judged by models trained elsewhere; its
            files are damaged; or another image of it is being drawn.
    """
    with computing(drawing_folder(workspace, name), {"dataset": name, "image_id": image_id}) as run:
        audit = load_audit(workspace, name)
        rows = (audit.rows.image_ids == image_id).nonzero()[0]
        if not len(rows):
            raise ErrataError(f"{name} has no image {image_id!r}; `errata issues {name}` lists their names")
        architectures = [architecture for architecture in audit.architectures if has_models(architecture)]
        if not architectures:
            raise ErrataError(f"{name} was judged by a model trained elsewhere: there is no network to look into")
        missing = missing_cams(audit, int(rows[0]))
        for done, architecture in enumerate(missing):
            run.report(architecture.name, done, len(missing))
            from curation.training.cam import draw_cams

            draw_cams(architecture.run_folder, architecture.name, cam_jobs(audit, architecture, rows))
        return [path for architecture in architectures for path in cam_pair(audit, architecture, int(rows[0]))]
