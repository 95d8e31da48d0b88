"""Grad-CAM maps of trained runs, drawn when somebody asks for them: a run of its own, since it needs torch."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from curation.comparison.board import read_probs
from curation.comparison.common_images import given_rows
from curation.comparison.contestants import Contestant, choose_contestants
from curation.comparison.image_maps import Wanted, can_look, draw_maps, map_file
from curation.comparison.transfers import draw_before
from curation.training.cam_drawing import drawing_folder
from curation.workspace.folders import Workspace
from models.errors import ErrataError, unknown
from models.files.runs import computing


def draw_run_maps(
    workspace: Workspace, name: str, image_ids: Sequence[str], runs: Sequence[str], label: str = ""
) -> list[Path]:
    """Draw what is missing of the maps of some images, by the first seed of each run; return all of them.

    Of a run that started from another one, also what that one sees.

    Args:
        workspace: holds the runs.
        name: of the data set.
        image_ids: which images.
        runs: as for `choose_contestants`.
        label: the class to look for; what each run predicts where empty.

    Raises:
        ErrataError: no such run, image or class, a run that did not hold an image out, no network to look into, or
            others of the data set are being drawn.
    """
    with computing(drawing_folder(workspace, name), {"dataset": name, "image_id": ", ".join(image_ids)}) as run:
        rows = given_rows(workspace, name).checked.rows
        for image_id in image_ids:
            if image_id not in rows.image_ids:
                raise ErrataError(f"{name} has no image {image_id!r}; `errata issues {name}` lists their names")
        able = [one for one in choose_contestants(workspace, name, runs) if can_look(one)]
        if not able:
            raise ErrataError("these runs combine others: there is no network to look into; name their members")
        wanted = [each for one in able for each in _wanted(one, image_ids, label)]
        draw_maps(rows.root, wanted, lambda done, total: run.report("draw Grad-CAM", done, total))
        for one in able:
            draw_before(rows.root, one, image_ids, label)
        return [map_file(*one) for one in wanted]


def _wanted(one: Contestant, image_ids: Sequence[str], label: str) -> list[Wanted]:
    if label and label not in one.classes:
        raise unknown("class", label, one.classes)
    if label:
        return [(one, image_id, label) for image_id in image_ids]
    names, probs = read_probs(one.runs[0])
    place = {name: row for row, name in enumerate(names)}
    for image_id in image_ids:
        if image_id not in place:
            raise ErrataError(
                f"{one.name} did not hold out {image_id!r}, or never saw it; choose a test image, or give --label"
            )
    return [(one, image_id, one.classes[int(np.argmax(probs[place[image_id]]))]) for image_id in image_ids]
