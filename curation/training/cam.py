"""Grad-CAM: which part of an image speaks for the given and for the suggested class.

Source: Selvaraju et al. 2017, arXiv:1610.02391; computed by the grad-cam package.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from torch import nn

from curation.images.grey_ranges import grey_range_of
from curation.results.cam_files import CamJob
from models.arrays import FloatArray, IntArray, Progress
from models.figures.predictions import NO_FOLD
from models.files.atomic import atomic
from models.images.decode import read_pixels
from models.images.examples import normalise
from models.images.input_spec import InputSpec
from models.networks.architectures import Classifier, find_architecture
from models.networks.checkpoint import load_checkpoint
from models.networks.last_map import Reshape
from models.networks.variants import parse_variant

LONG_SIDE_PX = 224  # of a stored map: browsers draw small maps as tiles


def grad_cam(
    classifier: Classifier, layer: nn.Module, images: torch.Tensor, targets: IntArray, reshape: Reshape | None = None
) -> FloatArray:
    """Return maps, shape (B, S, S), in [0, 1], of normalised images, shape (B, 3, S, S), each for one class.

    1 = the place that speaks most for the class in this image; all zeros = no place speaks for it.

    Args:
        classifier: in evaluation mode.
        layer: its output is the map.
        images: see above.
        targets: class indices, shape (B,).
        reshape: brings the layer's output to (B, D, H, W), where it has another shape.
    """
    cut = layer.register_forward_hook(_start_of_graph)  # before grad-cam's own hooks, which then see its result
    method = GradCAM(model=classifier, target_layers=[layer], reshape_transform=reshape)
    copied = layer.register_forward_hook(_copied)  # after them
    try:
        maps = method(input_tensor=images, targets=[ClassifierOutputTarget(int(target)) for target in targets])
    finally:  # its own `with` would print and swallow an IndexError
        method.activations_and_grads.release()
        cut.remove()
        copied.remove()
    return np.nan_to_num(np.asarray(maps, np.float32))


def _start_of_graph(_module: nn.Module, _inputs: object, output: torch.Tensor) -> torch.Tensor:
    """Return the activations as the first node of the graph: no gradient is computed before them."""
    return output.detach().requires_grad_(True)


def _copied(_module: nn.Module, _inputs: object, output: torch.Tensor) -> torch.Tensor:
    """Return a copy: a later layer that works in place does not change the activations that grad-cam keeps."""
    return output.clone()


def draw_cams(
    run_folder: Path, architecture: str, jobs: Sequence[CamJob], batch_size: int = 32, progress: Progress | None = None
) -> None:
    """Write the maps of `jobs` that are not there yet as 8-bit grey PNG files in the image's proportions.

    Values run from 1 (nothing) to 255: FiftyOne shows 0 as transparent.

    Args:
        run_folder: holds a checkpoint for each fold, or the checkpoint of a single training.
        architecture: its name, or a variant as it is written.
        jobs: the maps to draw.
        batch_size: images.
        progress: called with (maps drawn, all maps).

    Raises:
        ErrataError: a checkpoint or an image cannot be read, or the network has no map of the image.
    """
    entry = find_architecture(parse_variant(architecture).architecture)
    missing = [job for job in jobs if not job.output.exists()]
    finished = len(jobs) - len(missing)
    for fold in sorted({job.fold for job in missing}):
        classifier, info = load_checkpoint(_checkpoint(run_folder, fold))
        classifier.requires_grad_(False)  # weights need no gradient, so no activation is kept for it
        layer, spec = entry.cam_layer(classifier), info.input or entry.input
        of_fold = [job for job in missing if job.fold == fold]
        for start in range(0, len(of_fold), batch_size):
            batch = of_fold[start : start + batch_size]
            images = _inputs(batch, spec)
            maps = grad_cam(classifier, layer, images, np.array([job.target for job in batch]), entry.cam_reshape)
            for job, cam in zip(batch, maps, strict=True):
                _save(job, cam)
            finished += len(batch)
            if progress:
                progress(finished, len(jobs))


def _checkpoint(run_folder: Path, fold: int) -> Path:
    """Return the weights that did not learn the image: of its own fold, of a single training, or else of fold 0."""
    single = run_folder / "checkpoint.safetensors"
    if fold == NO_FOLD and single.exists():
        return single
    return run_folder / f"fold-{0 if fold == NO_FOLD else fold}.safetensors"


def _inputs(jobs: Sequence[CamJob], spec: InputSpec) -> torch.Tensor:
    ranges = [job.grey_range or grey_range_of(job.path) for job in jobs]
    files = zip([job.path for job in jobs], ranges, strict=True)
    pixels = np.stack(
        [read_pixels(path, spec.size_px, spec.interpolation, grey_range=grey_range) for path, grey_range in files]
    )
    return normalise(torch.from_numpy(pixels), spec)


def _save(job: CamJob, cam: FloatArray) -> None:
    width, height = job.size_px
    scale = LONG_SIDE_PX / max(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    grey = Image.fromarray(np.uint8(1 + 254 * cam.clip(0, 1))).resize(size, Image.Resampling.BILINEAR)
    with atomic(job.output) as temporary:
        grey.save(temporary, "PNG")
