"""Grad-CAM: which part of an image speaks for the given and for the suggested class.

Source: Selvaraju et al. 2017, arXiv:1610.02391; computed by the grad-cam package.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from PIL import Image
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from torch import nn

from curation.images.grey_ranges import GreyRanges
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
from models.processors.cluster import Cluster
from models.processors.threads import torch_threads

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


@dataclass(frozen=True)
class CamSetup:
    """The networks of a run that are looked into."""

    architecture: str  # its name, or a variant as it is written
    checkpoints: Mapping[int, Path | bytes]  # of each fold: the file, or its content for a machine that lacks it
    threads: int  # of torch, as on the machine that asks


def cam_worker(setup: CamSetup) -> Callable[[Sequence[CamJob]], list[bytes]]:
    """Return what draws a batch of maps of one fold, as PNG files: the unit, here and on a cluster's workers."""
    entry = find_architecture(parse_variant(setup.architecture).architecture)
    loaded: dict[int, tuple[Classifier, InputSpec]] = {}  # of the latest fold only

    def work(batch: Sequence[CamJob]) -> list[bytes]:
        fold = batch[0].fold
        if fold not in loaded:
            loaded.clear()
            loaded[fold] = _load(setup.checkpoints[fold], entry.input)
        classifier, spec = loaded[fold]
        images, targets = _inputs(batch, spec), np.array([job.target for job in batch])
        with torch_threads(setup.threads):
            maps = grad_cam(classifier, entry.cam_layer(classifier), images, targets, entry.cam_reshape)
        return [_png(job, cam) for job, cam in zip(batch, maps, strict=True)]

    return work


def draw_cams(
    run_folder: Path,
    architecture: str,
    jobs: Sequence[CamJob],
    batch_size: int = 32,
    progress: Progress | None = None,
    cluster: Cluster | None = None,
) -> None:
    """Write the maps of `jobs` that are not there yet as 8-bit grey PNG files in the image's proportions.

    Values run from 1 (nothing) to 255: FiftyOne shows 0 as transparent.

    Args:
        run_folder: holds a checkpoint for each fold, or the checkpoint of a single training.
        architecture: its name, or a variant as it is written.
        jobs: the maps to draw.
        batch_size: images.
        progress: called with (maps drawn, all maps).
        cluster: machines that draw; this one alone by default.

    Raises:
        ErrataError: a checkpoint or an image cannot be read, or the network has no map of the image.
    """
    ranges = GreyRanges()  # a worker has its own datasets.yaml, or none
    missing = [
        replace(job, grey_range=job.grey_range or ranges.of(job.path)) for job in jobs if not job.output.exists()
    ]
    finished, folds = len(jobs) - len(missing), sorted({job.fold for job in missing})
    batches = []
    for fold in folds:
        of_fold = [job for job in missing if job.fold == fold]
        batches += [of_fold[start : start + batch_size] for start in range(0, len(of_fold), batch_size)]
    files = {fold: _checkpoint(run_folder, fold) for fold in folds}
    threads = torch.get_num_threads()
    if cluster is None:
        drawn: Iterable[tuple[int, list[bytes]]] = enumerate(
            map(cam_worker(CamSetup(architecture, files, threads)), batches)
        )
    else:
        sent = files if cluster.shares_workspace else {fold: file.read_bytes() for fold, file in files.items()}
        drawn = cluster.results(cam_worker, CamSetup(architecture, sent, threads), batches)
    for place, contents in drawn:
        for job, content in zip(batches[place], contents, strict=True):
            with atomic(job.output) as temporary:
                temporary.write_bytes(content)
        finished += len(contents)
        if progress:
            progress(finished, len(jobs))


def _load(checkpoint: Path | bytes, usual: InputSpec) -> tuple[Classifier, InputSpec]:
    """Return a network that needs no gradients of its weights, so that no activation is kept for them."""
    if isinstance(checkpoint, bytes):
        with TemporaryDirectory() as folder:
            file = Path(folder) / "fold.safetensors"
            file.write_bytes(checkpoint)
            return _load(file, usual)
    classifier, info = load_checkpoint(checkpoint)
    classifier.requires_grad_(False)
    return classifier, info.input or usual


def _checkpoint(run_folder: Path, fold: int) -> Path:
    """Return the weights that did not learn the image: of its own fold, of a single training, or else of fold 0."""
    single = run_folder / "checkpoint.safetensors"
    if fold == NO_FOLD and single.exists():
        return single
    return run_folder / f"fold-{0 if fold == NO_FOLD else fold}.safetensors"


def _inputs(jobs: Sequence[CamJob], spec: InputSpec) -> torch.Tensor:
    pixels = [read_pixels(job.path, spec.size_px, spec.interpolation, job.content, job.grey_range) for job in jobs]
    return normalise(torch.from_numpy(np.stack(pixels)), spec)


def _png(job: CamJob, cam: FloatArray) -> bytes:
    width, height = job.size_px
    scale = LONG_SIDE_PX / max(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    grey = Image.fromarray(np.uint8(1 + 254 * cam.clip(0, 1))).resize(size, Image.Resampling.BILINEAR)
    content = BytesIO()
    grey.save(content, "PNG")
    return content.getvalue()
