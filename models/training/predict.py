"""The outputs of a trained network for images."""

import numpy as np
import torch
from lightning_fabric import Fabric
from torch.nn import functional

from models.arrays import BoolArray, FloatArray, IntArray
from models.images.examples import Examples
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
    classifier: Classifier, examples: Examples, rows: BoolArray, fabric: Fabric, batch_size: int = 64
) -> tuple[FloatArray, FloatArray]:
    """Return logits, shape (R, K), and embeddings, shape (R, D), of the R chosen rows, in row order."""
    classifier.eval()
    logits, embeddings = [], []
    chosen = np.flatnonzero(rows)
    for start in range(0, len(chosen), batch_size):
        inputs = examples.plain(chosen[start : start + batch_size])
        with fabric.autocast():
            embedded = classifier.backbone(inputs)
            logits.append(classifier.head(embedded).float().cpu())
        embeddings.append(embedded.float().cpu())
    return torch.cat(logits).numpy(), torch.cat(embeddings).numpy()
