"""Grad-CAM maps of one image, drawn when somebody asks for them: a run of its own, since it needs torch."""

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
    """Return the architectures that could draw a map of an image that is not there yet."""
    return [
        one
        for one in audit.architectures
        if has_models(one) and not all(path.exists() for path in cam_pair(audit, one, row))
    ]


def draw_image(workspace: Workspace, name: str, image_id: str) -> list[Path]:
    """Draw what is missing of an image's maps, for the given and the suggested class; return all of them.

    Raises:
        ErrataError: the data set was not audited, has no such image, was judged by models trained elsewhere, its
            files are damaged, or another image of it is being drawn.
    """
    with computing(drawing_folder(workspace, name), {"dataset": name, "image_id": image_id}) as run:
        audit = load_audit(workspace, name)
        rows = (audit.rows.image_ids == image_id).nonzero()[0]
        if not len(rows):
            raise ErrataError(f"{name} has no image {image_id!r}; `errata issues {name}` lists their names")
        able = [one for one in audit.architectures if has_models(one)]
        if not able:
            raise ErrataError(f"{name} was judged by a model trained elsewhere: there is no network to look into")
        missing = missing_cams(audit, int(rows[0]))
        for done, one in enumerate(missing):
            run.report(one.name, done, len(missing))
            from curation.training.cam import draw_cams

            draw_cams(one.run_folder, one.name, cam_jobs(audit, one, rows))
        return [path for one in able for path in cam_pair(audit, one, int(rows[0]))]
