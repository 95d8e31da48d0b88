"""Comparisons and Grad-CAM drawings as runs: measure networks, draw maps, write figures and page."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from curation.comparison.audited import audit_board
from curation.comparison.board import Board, read_board, read_probs
from curation.comparison.common_images import given_rows
from curation.comparison.contestants import Contestant, choose_contestants
from curation.comparison.figures import comparison_figures
from curation.comparison.image_maps import Wanted, draw_maps, has_network, map_file
from curation.comparison.pages.image_rows import SHOWN
from curation.comparison.pages.write import write_page
from curation.comparison.speed import measure_speeds
from curation.comparison.transfers import draw_source_views
from curation.results.audit import Audit, load_audit
from curation.results.runs import finished_runs
from curation.training.cam_drawing import drawing_folder
from curation.workspace.folders import Workspace
from curation.workspace.names import audited
from curation.workspace.stages import OnStage
from models.arrays import Progress
from models.errors import ErrataError, unknown
from models.files.atomic import checked_name, write_json
from models.files.runs import computing


def compare_folder(workspace: Workspace, dataset: str) -> Path:
    """Return the run folder of the comparisons of a data set; only one runs at a time."""
    return workspace.runs / f"compare-{checked_name('data set', dataset)}"


def comparison(
    workspace: Workspace, dataset: str, runs: Sequence[str] = (), versions: Sequence[str] = ()
) -> tuple[Board, dict[str, Any]]:
    """Return a comparison and its figures.

    It is of trainings, with the architectures of the audit beside them as `audit`, compared among themselves; before
    the first training it is of these architectures alone.

    Raises:
        ErrataError: as `read_board`, or a file of the audit is damaged.
    """
    audit = _audit(workspace, dataset)
    board = _board(workspace, dataset, runs, versions, audit)
    return board, _figures(workspace, board, audit)


def _board(
    workspace: Workspace, dataset: str, runs: Sequence[str], versions: Sequence[str], audit: Audit | None
) -> Board:
    if runs or audit is None or finished_runs(workspace, dataset=dataset):
        return read_board(workspace, dataset, runs, versions)
    return audit_board(workspace, audit, versions)


def _figures(workspace: Workspace, board: Board, audit: Audit | None) -> dict[str, Any]:
    return {**comparison_figures(workspace, board, audit), "audit": beside_trainings(workspace, board, audit)}


def beside_trainings(workspace: Workspace, board: Board, audit: Audit | None) -> dict[str, Any] | None:
    """Return the figures of the audit's architectures on the same versions; None where they can not stand beside.

    Args:
        workspace: holds versions and decisions.
        board: of trainings; of the audit's architectures themselves there is nothing beside.
        audit: of the data set.
    """
    if audit is None or any(contestant.models for contestant in board.contestants):
        return None
    if all(architecture.predictions.fold is None for architecture in audit.architectures):
        return None
    return comparison_figures(workspace, audit_board(workspace, audit, board.versions), audit)


def write_comparison(
    workspace: Workspace,
    dataset: str,
    runs: Sequence[str],
    versions: Sequence[str],
    html: Path | None,
    json: Path | None,
    on_stage: OnStage,
) -> dict[str, Any]:
    """Measure the networks that were not measured yet, write the figures to files, and return them.

    Args:
        workspace: holds runs and versions.
        dataset: under the name it is audited.
        runs: as for `choose_contestants`.
        versions: of the labels.
        html: file for the page; its missing Grad-CAM maps are drawn.
        json: file for the figures.
        on_stage: called with (stage, done, total).

    Raises:
        ErrataError: as `read_board`; a checkpoint cannot be read; a file cannot be written; another comparison of this
            data set is being written.
    """
    audit = _audit(workspace, dataset)
    board = _board(workspace, dataset, runs, versions, audit)
    config = {"dataset": dataset, "runs": [run.name for run in board.runs], "versions": list(board.versions)}
    with computing(compare_folder(workspace, dataset), config) as run:

        def tell(stage: str) -> Progress:
            def progress(done: int, total: int) -> None:
                run.report(stage, done, total)
                on_stage(stage, done, total)

            return progress

        measure_speeds(board.contestants, tell("measure networks"))
        figures = _figures(workspace, board, audit)
        if html:
            _draw_page_maps(board, figures, tell("draw Grad-CAM"))
            write_page(board, figures, html)
        if json:
            write_json(json, figures)
    return figures


def draw_run_maps(
    workspace: Workspace, name: str, image_ids: Sequence[str], runs: Sequence[str], label: str = ""
) -> list[Path]:
    """Draw the missing maps of some images by the first seed of each run; return the files of all of them.

    For a run that started from another one, the maps of that one are drawn too.

    Args:
        workspace: holds the runs.
        name: of the data set.
        image_ids: of the images.
        runs: as for `choose_contestants`.
        label: the class of the maps; where empty, the class that each run predicts.

    Raises:
        ErrataError: an unknown run, image or class; a run that did not hold an image out; runs without a network; or
            other maps of the data set are being drawn.
    """
    with computing(drawing_folder(workspace, name), {"dataset": name, "image_id": ", ".join(image_ids)}) as run:
        rows = given_rows(workspace, name).checked.rows
        for image_id in image_ids:
            if image_id not in rows.image_ids:
                raise ErrataError(f"{name} has no image {image_id!r}; `errata issues {name}` lists their names")
        contestants = [chosen for chosen in choose_contestants(workspace, name, runs) if has_network(chosen)]
        if not contestants:
            raise ErrataError("these runs combine others and have no network of their own; name their members")
        wanted = [drawn for contestant in contestants for drawn in _wanted_maps(contestant, image_ids, label)]
        draw_maps(rows.root, wanted, lambda done, total: run.report("draw Grad-CAM", done, total))
        for contestant in contestants:
            draw_source_views(rows.root, contestant, image_ids, label)
        return [map_file(*drawn) for drawn in wanted]


def _audit(workspace: Workspace, dataset: str) -> Audit | None:
    return load_audit(workspace, dataset) if dataset in audited(workspace) else None


def _draw_page_maps(board: Board, figures: dict[str, Any], progress: Progress) -> None:
    """Draw the missing maps of the images that the page shows."""
    shown, root = figures["differing"][:SHOWN], board.images.rows.root
    wanted = [
        (contestant, image["image_id"], image["predictions"][place]["class"])
        for place, contestant in enumerate(board.contestants)
        for image in shown
    ]
    draw_maps(root, wanted, progress)
    for contestant in board.contestants:
        draw_source_views(root, contestant, [image["image_id"] for image in shown])


def _wanted_maps(contestant: Contestant, image_ids: Sequence[str], label: str) -> list[Wanted]:
    if label and label not in contestant.classes:
        raise unknown("class", label, contestant.classes)
    if label:
        return [(contestant, image_id, label) for image_id in image_ids]
    names, probs = read_probs(contestant.runs[0])
    row_of = {name: row for row, name in enumerate(names)}
    for image_id in image_ids:
        if image_id not in row_of:
            raise ErrataError(
                f"{contestant.name} did not hold out {image_id!r}, or never saw it; "
                "choose a test image, or give --label"
            )
    predicted = {image_id: contestant.classes[int(np.argmax(probs[row_of[image_id]]))] for image_id in image_ids}
    return [(contestant, image_id, predicted[image_id]) for image_id in image_ids]
