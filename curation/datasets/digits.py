"""The embedded data set `digits`: scikit-learn's 1,797 handwritten digits as image files."""

from pathlib import Path

import numpy as np
from PIL import Image

from curation.workspace.atomic_folder import atomic_folder

_SIZE_PX = 32
_TRAIN_SHARE = 0.7


def write_digits(folder: Path, seed: int = 0) -> None:
    """Write `folder/{train,test}/<0..9>/<number>.png`, 70 % of each class for training.

    Real images, labels as published. The 8 x 8 pixels are enlarged to 32 x 32 with bicubic interpolation, since
    pretrained filters respond strongly to the edges of repeated pixels, which no pen stroke has. `<number>` is the row
    in scikit-learn's data set.

    Args:
        folder: must be absent or empty; whole or absent afterwards.
        seed: decides which images are for training.

    Raises:
        ErrataError: the folder exists already or cannot be written.

    Source: Alpaydin and Kaynak 1998, doi:10.24432/C50P49, by way of sklearn.datasets.load_digits.
    """
    from sklearn.datasets import load_digits

    data = load_digits()
    rng = np.random.default_rng(seed)
    pixels = np.rint(data.images * (255 / 16)).astype(np.uint8)  # published as 0..16
    with atomic_folder(folder) as drawn:
        for digit in range(10):
            members = rng.permutation(np.flatnonzero(data.target == digit))
            cut = round(_TRAIN_SHARE * len(members))
            for split, chosen in (("train", members[:cut]), ("test", members[cut:])):
                class_folder = drawn / split / str(digit)
                class_folder.mkdir(parents=True)
                for number in chosen:
                    image = Image.fromarray(pixels[number]).resize((_SIZE_PX, _SIZE_PX), Image.Resampling.BICUBIC)
                    image.save(class_folder / f"{number:04d}.png")
