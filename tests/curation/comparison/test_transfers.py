"""What the source of a transfer sees, with a real, small network."""

import numpy as np
import pytest
import torch
from PIL import Image

from curation.comparison.transfers import draw_source_views, missing_source_views, read_source_view, source_folder
from curation.workspace.folders import Workspace
from models.images.decode import read_pixels
from models.images.examples import normalise
from models.networks.checkpoint import load_checkpoint
from tests.helpers.compared_runs import NAME, STRONG
from tests.helpers.transferred_runs import IMAGES, SOURCE, contestant, transferred_runs


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return transferred_runs(tmp_path_factory.mktemp("transfers"))


def test_only_a_transfer_has_a_source(workspace: Workspace) -> None:
    assert source_folder(contestant(workspace)) == workspace.runs / f"{SOURCE}-s0"
    assert source_folder(contestant(workspace, STRONG)) is None
    assert missing_source_views(contestant(workspace, STRONG), IMAGES) == []
    assert read_source_view(contestant(workspace, STRONG), IMAGES[0]) is None


def test_the_view_of_the_source_is_what_it_predicts(workspace: Workspace) -> None:
    target, root = contestant(workspace), workspace.drawn / NAME
    assert missing_source_views(target, IMAGES) == IMAGES
    draw_source_views(root, target, IMAGES)
    view = read_source_view(target, IMAGES[0])
    assert view is not None
    network, info = load_checkpoint(workspace.runs / f"{SOURCE}-s0" / "checkpoint.safetensors")
    assert info.input is not None
    pixels = np.stack([read_pixels(root / IMAGES[0], 32, "bilinear")])
    with torch.inference_mode():
        probs = network(normalise(torch.from_numpy(pixels), info.input)).softmax(1)[0].numpy()
    assert (view.run, view.label) == (f"{SOURCE}-s0", info.classes[int(probs.argmax())])
    assert view.confidence == pytest.approx(float(probs.max()), abs=1e-5)
    with Image.open(view.cam) as cam:
        assert cam.size == (224, 149)  # the proportions of 60 x 40 px
    assert missing_source_views(target, IMAGES) == []
    sea = read_source_view(target, IMAGES[0], "sea")  # a class that the source knows too
    assert sea is not None
    assert sea.label == "sea"
    assert sea.confidence == pytest.approx(float(probs[2]), abs=1e-5)
    street = read_source_view(target, IMAGES[0], "street")  # an unknown class: the source chooses
    assert street is not None
    assert street.label == view.label
