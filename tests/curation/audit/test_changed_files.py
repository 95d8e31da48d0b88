"""A file that changes under an audit: what is judged is what was hashed, in every stage that decodes pictures."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from curation.images.values import measure_images
from curation.results.cam_files import CamJob
from curation.training.cam import draw_cams
from models.errors import ErrataError
from models.features.extract import extract_features
from models.figures.predictions import NO_FOLD
from models.images.check import check_images
from models.images.input_spec import InputSpec
from models.images.pixel_cache import pixel_cache
from models.networks.checkpoint import CheckpointInfo, save_checkpoint
from models.networks.variants import build_classifier, parse_variant
from tests.models.images.noise_pictures import picture

SPEC = InputSpec(8, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))
Stage = Callable[[list[Path], list[str], Path], object]


def _features(paths: list[Path], contents: list[str], folder: Path) -> object:
    net = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
    return np.array(extract_features("net", net, SPEC, paths, contents, folder, "eager"))


def _cams(paths: list[Path], contents: list[str], folder: Path) -> object:
    torch.manual_seed(0)
    spec = InputSpec(24, (0.5, 0.5, 0.5), (0.25, 0.25, 0.25))
    info = CheckpointInfo("cnn3", ("a", "b"), {}, 0, input=spec)
    save_checkpoint(folder / "checkpoint.safetensors", build_classifier(parse_variant("cnn3"), 2, size_px=24), info)
    jobs = [
        CamJob(path, (10, 10), 0, NO_FOLD, folder / f"{path.stem}.png", content=content)
        for path, content in zip(paths, contents, strict=True)
    ]
    draw_cams(folder, "cnn3@scratch", jobs)
    return [job.output.read_bytes() for job in jobs]


STAGES: dict[str, Stage] = {
    "problems": lambda paths, contents, folder: np.array(measure_images(paths, contents, folder)),
    "pixels": lambda paths, contents, folder: np.array(pixel_cache(paths, contents, 8, "bicubic", folder)),
    "features": _features,
    "cams": _cams,
}


@pytest.mark.parametrize("stage", STAGES.values(), ids=STAGES.keys())
def test_another_content_is_refused_and_nothing_of_it_is_kept(tmp_path: Path, stage: Stage) -> None:
    paths = [tmp_path / f"{name}.png" for name in "abc"]
    for seed, path in enumerate(paths):
        picture(10, 10, seed).save(path)
    contents = [check.sha256 for check in check_images(paths)]
    right = paths[1].read_bytes()
    for wrong, sentence in (
        (paths[0].read_bytes(), r"b\.png was changed after it was checked; .*run the same command again"),
        (right + b"\0", "changed after it was checked"),  # the same picture in another file
        (None, r"b\.png is not there or no file"),
    ):
        paths[1].unlink() if wrong is None else paths[1].write_bytes(wrong)
        with pytest.raises(ErrataError, match=sentence):
            stage(paths, contents, tmp_path / "kept")
    paths[1].write_bytes(right)
    np.testing.assert_array_equal(stage(paths, contents, tmp_path / "kept"), stage(paths, contents, tmp_path / "anew"))
