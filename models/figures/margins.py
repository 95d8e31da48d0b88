"""The area under the margin: how far a label led while the network learned it."""

import numpy as np
import torch
from torch import Tensor

from models.arrays import FloatArray, IntArray


class Margins:
    """The margins of N images in every step of a training that learned from them.

    The margin of an image is the logit of its label minus the highest other logit. Only the image itself speaks for a
    wrong label, and all images that look like it speak against, so its margin stays low until the network memorises it.

    Source: Pleiss et al. 2020, "Identifying Mislabeled Data using the Area Under the Margin Ranking", arXiv:2001.10528.
    """

    def __init__(self, n: int, device: torch.device) -> None:
        """Begin with N images that no step has learned from."""
        self._sum = torch.zeros(n, device=device)  # on the device, so that no step waits for a GPU
        self._steps = torch.zeros(n, device=device)

    def add(self, rows: IntArray, logits: Tensor, labels: Tensor) -> None:
        """Add one step: the logits, shape (B, K), of the images at `rows`, shape (B,), and their labels."""
        places = torch.from_numpy(rows).to(logits.device)
        given = logits.gather(1, labels[:, None]).squeeze(1)
        runner_up = logits.scatter(1, labels[:, None], -torch.inf).amax(1)
        self._sum.index_add_(0, places, given - runner_up)
        self._steps.index_add_(0, places, torch.ones_like(given))

    def mean(self) -> FloatArray:
        """Return the mean margin of each image, shape (N,), in nats; low = suspicious, NaN where none was learned."""
        mean: FloatArray = (self._sum / self._steps).cpu().numpy()  # 0 / 0 is NaN
        return mean


def mean_of_folds(margins: FloatArray) -> FloatArray:
    """Return the mean over the F trainings that learned from an image, shape (N,), of margins, shape (F, N)."""
    learned = ~np.isnan(margins)
    count = learned.sum(0)
    mean = np.full(margins.shape[1], np.nan, np.float32)
    np.divide(np.where(learned, margins, 0).sum(0), count, out=mean, where=count > 0)
    return mean
