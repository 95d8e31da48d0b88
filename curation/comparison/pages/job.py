"""A comparison as a run: networks measured, maps drawn, figures and page written."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from curation.comparison.board import Board, lay_out, read_probs
from curation.comparison.common_images import given_rows
from curation.comparison.contestants import Contestant, choose_contestants
from curation.comparison.figures import comparison_figures
from curation.comparison.image_maps import Wanted, can_look, draw_maps, map_file
from curation.comparison.pages.image_rows import SHOWN
from curation.comparison.pages.write import write_page
from curation.comparison.speed import measure_speeds
from curation.comparison.transfers import draw_before
from curation.images.shared import OnStage
from curation.results.audit import Audit, load_audit
from curation.training.cam_drawing import drawing_folder
from curation.workspace.folders import Workspace
from curation.workspace.names import audited
from models.arrays import Progress
from models.errors import ErrataError, unknown
from models.files.atomic import checked_name, write_json
from models.files.runs import computing


def compare_folder(workspace: Workspace, dataset: str) -> Path:
    """Return the run folder of the comparisons of a data set; one at a time."""
    return workspace.runs / f"compare-{checked_name('data set', dataset)}"


def comparison(
    workspace: Workspace, dataset: str, runs: Sequence[str] = (), versions: Sequence[str] = ()
) -> tuple[Board, dict[str, Any]]:
    """Return a comparison and its figures.

    Raises:
        ErrataError: as `lay_out`, or a file of the audit is damaged.
    """
    board = lay_out(workspace, dataset, runs, versions)
    return board, comparison_figures(workspace, board, _audit(workspace, dataset))


def write_comparison(
    workspace: Workspace,
    dataset: str,
    runs: Sequence[str],
    versions: Sequence[str],
    html: Path | None,
    json: Path | None,
    on_stage: OnStage,
) -> dict[str, Any]:
    """Measure what was not measured yet, write the figures to files, and return them.

    Args:
        workspace: holds runs and versions.
        dataset: under the name it is audited.
        runs: as for `choose_contestants`.
        versions: of the labels.
        html: file for the page; its Grad-CAM maps are drawn where they are missing.
        json: file for the figures.
        on_stage: told (stage, done, total).

    Raises:
        ErrataError: as `lay_out`; a checkpoint cannot be read; a file cannot be written; another comparison of this
            data set is being written.
    """
    board = lay_out(workspace, dataset, runs, versions)
    config = {"dataset": dataset, "runs": [run.name for run in board.runs], "versions": list(board.versions)}
    with computing(compare_folder(workspace, dataset), config) as run:

        def tell(stage: str) -> Progress:
            def progress(done: int, total: int) -> None:
                run.report(stage, done, total)
                on_stage(stage, done, total)

            return progress

        measure_speeds(board.contestants, tell("measure networks"))
        figures = comparison_figures(workspace, board, _audit(workspace, dataset))
        if html:
            shown = figures["differing"][:SHOWN]
            wanted = [
                (one, line["image_id"], line["predictions"][place]["class"])
                for place, one in enumerate(board.contestants)
                for line in shown
            ]
            draw_maps(board.images.rows.root, wanted, tell("draw Grad-CAM"))
            for one in board.contestants:
                draw_before(board.images.rows.root, one, [line["image_id"] for line in shown])
            write_page(board, figures, html)
        if json:
            write_json(json, figures)
    return figures


def _audit(workspace: Workspace, dataset: str) -> Audit | None:
    return load_audit(workspace, dataset) if dataset in audited(workspace) else None


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
