"""The outputs of a trained network for images."""

from pathlib import Path

import numpy as np
import torch
from lightning_fabric import Fabric
from torch.nn import functional

from models.arrays import BoolArray, FloatArray, IntArray
from models.files.scratch import scratch_rows
from models.images.examples import Examples
from models.maps import give_back
from models.networks.architectures import Classifier


def loss_and_accuracy(
    classifier: Classifier, examples: Examples, labels: IntArray, rows: BoolArray, fabric: Fabric
) -> tuple[float | None, float | None]:
    """Return the mean log loss and the accuracy over `rows`; None without rows."""
    if not rows.any():
        return None, None
    logits, _ = infer(classifier, examples, rows, fabric)
    scores, targets = torch.from_numpy(logits), torch.from_numpy(labels[rows])
    return float(functional.cross_entropy(scores, targets)), float((scores.argmax(1) == targets).float().mean())


@torch.inference_mode()
def infer(
    classifier: Classifier,
    examples: Examples,
    rows: BoolArray,
    fabric: Fabric,
    batch_size: int = 64,
    scratch: Path | None = None,
) -> tuple[FloatArray, FloatArray]:
    """Return logits, shape (R, K), and embeddings, shape (R, D), of the R chosen rows, in row order.

    Args:
        classifier: the network.
        examples: the images.
        rows: which of them, R; at least one.
        fabric: the device.
        batch_size: images that are asked about at a time.
        scratch: folder of the file in which large embeddings lie; None: they are in memory.
    """
    classifier.eval()
    logits, embeddings = [], np.empty((0, 0), np.float32)
    chosen = np.flatnonzero(rows)
    for start in range(0, len(chosen), batch_size):
        part = slice(start, start + batch_size)
        inputs = examples.plain(chosen[part])
        with fabric.autocast():
            embedded = classifier.backbone(inputs)
            logits.append(classifier.head(embedded).float().cpu())
        if not start:
            embeddings = scratch_rows(len(chosen), embedded.shape[1], scratch)
        embeddings[part] = embedded.float().cpu().numpy()
        give_back(embeddings)
    return torch.cat(logits).numpy(), embeddings
