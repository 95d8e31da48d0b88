"""How far a label led while it was being learned: the area under the margin."""

import numpy as np
import torch
from torch import Tensor

from models.arrays import FloatArray, IntArray


class Margins:
    """The margins of N images in every step of a training that learned from them.

    An image's margin is the logit of its label less the highest other one. A wrong label is held up by its one image
    and pulled down by all that look like it, so its margin stays low until the network learns it by heart.

    Source: Pleiss et al. 2020, "Identifying Mislabeled Data using the Area Under the Margin Ranking", arXiv:2001.10528.
    """

    def __init__(self, n: int, device: torch.device) -> None:
        """Begin with N images that no step has learned from."""
        self._sum = torch.zeros(n, device=device)  # there, so that no step waits for a GPU
        self._steps = torch.zeros(n, device=device)

    def add(self, rows: IntArray, logits: Tensor, labels: Tensor) -> None:
        """Take in one step: the logits, shape (B, K), of the images at `rows`, shape (B,), and their labels."""
        where = torch.from_numpy(rows).to(logits.device)
        given = logits.gather(1, labels[:, None]).squeeze(1)
        others = logits.scatter(1, labels[:, None], -torch.inf).amax(1)
        self._sum.index_add_(0, where, given - others)
        self._steps.index_add_(0, where, torch.ones_like(given))

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
