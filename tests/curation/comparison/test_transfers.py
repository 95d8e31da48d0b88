"""Before and after a transfer: what the network sees that a run started from. With a real, small network."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from curation.comparison.board import read_board
from curation.comparison.contestants import Contestant, choose_contestants
from curation.comparison.image_maps import draw_maps, map_file, missing_maps
from curation.comparison.pages.job import draw_run_maps, write_comparison
from curation.comparison.speed import known_speed, measure_speeds
from curation.comparison.transfers import draw_source_views, missing_source_views, read_source_view, source_folder
from curation.handover.report import write_share_report
from curation.workspace.folders import Workspace
from models.images.decode import read_pixels
from models.images.examples import normalise
from models.images.input_spec import InputSpec
from models.networks.checkpoint import CheckpointInfo, load_checkpoint, save_checkpoint
from models.networks.variants import build_classifier, parse_variant
from tests.helpers.compared_runs import NAME, STRONG, WEAK, compared_runs, trained_run
from tests.helpers.small_audit import CLASSES

SOURCE, TARGET = "tiny-source-44444444", "tiny-target-55555555"
IMAGES = ["test/sea/0.png", "test/street/1.png"]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Small runs, of which one was transferred from another that tells pets apart, and the sea."""
    workspace = compared_runs(tmp_path_factory.mktemp("transfers"), reviewed=False)
    pets = ("cat", "dog", "sea")
    source = trained_run(
        workspace, SOURCE, 0, {}, "source", "simple_cnn", "scratch", ["test/sea/0.png"], pets, dataset="pets"
    )
    target = trained_run(
        workspace, TARGET, 0, {"test/sea/0.png": "street"}, "target", "simple_cnn", "scratch",
        init_from=f"{SOURCE}-s0",
    )  # fmt: skip
    spec = InputSpec(32, (0.5, 0.5, 0.5), (0.25, 0.25, 0.25), "bilinear")
    for folder, classes in ((source, pets), (target, CLASSES)):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            network = build_classifier(parse_variant("simple_cnn"), len(classes), 32).eval()
        info = CheckpointInfo("simple_cnn", classes, {}, 0, input=spec)
        save_checkpoint(folder / "checkpoint.safetensors", network, info)
    return workspace


def contestant(workspace: Workspace, name: str = TARGET) -> Contestant:
    return choose_contestants(workspace, NAME, (name,))[0]


def test_only_a_transfer_has_a_source(workspace: Workspace) -> None:
    assert source_folder(contestant(workspace)) == workspace.runs / f"{SOURCE}-s0"
    assert source_folder(contestant(workspace, STRONG)) is None
    assert missing_source_views(contestant(workspace, STRONG), IMAGES) == []
    assert read_source_view(contestant(workspace, STRONG), IMAGES[0]) is None


def test_before_is_what_the_source_predicts(workspace: Workspace) -> None:
    one, root = contestant(workspace), workspace.drawn / NAME
    assert missing_source_views(one, IMAGES) == IMAGES
    draw_source_views(root, one, IMAGES)
    own = read_source_view(one, IMAGES[0])
    assert own is not None
    network, info = load_checkpoint(workspace.runs / f"{SOURCE}-s0" / "checkpoint.safetensors")
    assert info.input is not None
    pixels = np.stack([read_pixels(root / IMAGES[0], 32, "bilinear")])
    with torch.inference_mode():
        probs = network(normalise(torch.from_numpy(pixels), info.input)).softmax(1)[0].numpy()
    assert (own.run, own.label) == (f"{SOURCE}-s0", info.classes[int(probs.argmax())])
    assert own.confidence == pytest.approx(float(probs.max()), abs=1e-5)
    with Image.open(own.cam) as cam:
        assert cam.size == (224, 149)  # the proportions of 60 x 40 px
    assert missing_source_views(one, IMAGES) == []
    sea = read_source_view(one, IMAGES[0], "sea")  # a class that it knows too
    assert sea is not None
    assert sea.label == "sea"
    assert sea.confidence == pytest.approx(float(probs[2]), abs=1e-5)
    street = read_source_view(one, IMAGES[0], "street")  # one that it does not know: its own choice
    assert street is not None
    assert street.label == own.label


def test_maps_of_a_real_run(workspace: Workspace) -> None:
    one, root = contestant(workspace), workspace.drawn / NAME
    wanted = [(one, IMAGES[0], "street"), (contestant(workspace, WEAK), IMAGES[0], "sea")]
    assert missing_maps(wanted) == wanted[:1]  # the weak run has no network here
    told: list[tuple[int, int]] = []
    draw_maps(root, wanted, lambda done, total: told.append((done, total)))
    cam = np.asarray(Image.open(map_file(*wanted[0])))
    assert cam.min() >= 1  # FiftyOne cuts out what is 0
    assert missing_maps(wanted) == []
    assert told == [(0, 1), (1, 1)]


def test_drawing_on_demand_draws_both(workspace: Workspace) -> None:
    image = "test/forest/2.png"
    paths = draw_run_maps(workspace, NAME, [image], (TARGET,))
    assert paths == [map_file(contestant(workspace), image, "forest")]
    assert paths[0].exists()
    own = read_source_view(contestant(workspace), image)
    assert own is not None
    assert own.cam.exists()


def test_speed_is_measured_once(workspace: Workspace) -> None:
    board = read_board(workspace, NAME)
    measure_speeds(board.contestants)
    own = known_speed(workspace.runs / f"{TARGET}-s0")
    assert own is not None
    assert own["ms_per_image"] > 0
    assert own.keys() == {"ms_per_image", "batch_size", "device", "threads"}
    assert known_speed(workspace.runs / f"{WEAK}-s0") is None  # nothing to measure
    measure_speeds(board.contestants)
    assert known_speed(workspace.runs / f"{TARGET}-s0") == own


def test_the_page_shows_before_and_after(workspace: Workspace, tmp_path: Path) -> None:
    html = tmp_path / "c.html"
    write_comparison(workspace, NAME, (TARGET, WEAK), (), html, None, lambda *_: None)
    text = html.read_text()
    assert text.count('class="before"') == 2  # the two images on which both differ
    assert text.count("<span>before: <b>") == 2
    before = text.split('class="before"')[1]
    assert before.startswith('><div class="frame"><img src="data:image/jpeg')
    write_share_report(workspace, NAME, html, None, lambda *_: None)
    assert html.read_text().count("<span>before: <b>") == 2  # in the report of everything too
