"""Names of folders that say nothing about their images, or that their images are no part of the classes."""

import re
from collections.abc import Sequence

from curation.datasets.split_words import AROUND

_TOKENS = re.compile(r"[^a-z]+")
WRAPPERS = frozenset(
    (
        *AROUND.split(),
        "jpegimages",
        "jpeg",
        "jpg",
        "png",
        "input",
        "inputs",
        "archive",
        "content",
        "labeled",
        "labelled",
    )
)
NO_CLASSES = frozenset(  # folders beside class folders that hold something else
    """
    annotation annotations label labels meta metadata doc docs code script scripts src notebooks splits lists
    imagesets csv json xml txt readme license models model weights checkpoints logs runs plots
    """.split()  # noqa: SIM905 - one word after another is read more easily
)
UNLABELLED = frozenset(  # folders of images without labels
    """
    pred preds predict prediction predictions unlabeled unlabelled unknown unlabel nolabel extra extras
    result results output outputs demo tmp temp submission inference
    """.split()  # noqa: SIM905 - as above
)
VARIANTS = frozenset(  # the same images in another form
    """
    color colour colors grayscale greyscale gray grey segmented segmentation mask masks rgb augmented augmentation
    processed preprocessed resized cropped original originals raw noisy denoised thumb thumbs thumbnails
    """.split()  # noqa: SIM905 - as above
)
PIECES = frozenset(("part", "parts", "batch", "chunk", "shard", "volume", "vol", "folder", "dir", "images", "img"))


def is_wrapper(name: str) -> bool:
    """Return whether a folder of that name says nothing about its images, as `images` or `dataset_v2`."""
    tokens = _tokens(name)
    return bool(tokens) and all(token in WRAPPERS for token in tokens)


def has_word(name: str, words: frozenset[str]) -> bool:
    """Return whether one of the words stands in a name."""
    return not words.isdisjoint(_tokens(name))


def are_pieces(names: Sequence[str]) -> bool:
    """Return whether names differ in a number only, and say that they are pieces: `HAM_images_part_1`, `batch2`."""
    plain = {tuple(_tokens(name)) for name in names}
    return len(names) > 1 and len(plain) == 1 and has_word(names[0], PIECES)


def _tokens(name: str) -> list[str]:
    return [token for token in _TOKENS.split(name.lower()) if token]
