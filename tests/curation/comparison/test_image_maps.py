"""Grad-CAM maps of trained runs, with a real, small network."""

import numpy as np
import pytest
from PIL import Image

from curation.comparison.image_maps import draw_maps, map_file, missing_maps
from curation.workspace.folders import Workspace
from tests.helpers.compared_runs import NAME, WEAK
from tests.helpers.transferred_runs import IMAGES, contestant, transferred_runs


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return transferred_runs(tmp_path_factory.mktemp("maps"))


def test_maps_of_a_real_run(workspace: Workspace) -> None:
    root = workspace.drawn / NAME
    wanted = [(contestant(workspace), IMAGES[0], "street"), (contestant(workspace, WEAK), IMAGES[0], "sea")]
    assert missing_maps(wanted) == wanted[:1]  # the weak run has no network here
    reported: list[tuple[int, int]] = []
    draw_maps(root, wanted, lambda done, total: reported.append((done, total)))
    cam = np.asarray(Image.open(map_file(*wanted[0])))
    assert cam.min() >= 1  # FiftyOne cuts out what is 0
    assert missing_maps(wanted) == []
    assert reported == [(0, 1), (1, 1)]
