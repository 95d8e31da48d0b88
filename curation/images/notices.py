"""Sentences on how the images of a data set were read, and on labels that cannot be judged."""

from collections import Counter

import numpy as np
import numpy.typing as npt

from curation.datasets.rows import Rows
from curation.images.duplicates import Duplicates
from curation.words import counted, first_few
from models.figures.folds import too_few_to_judge
from models.images.grey_range import range_of_reading
from models.images.tone import DARK_GROUND, STRETCHED

_READINGS = {  # reading -> what is said of so many images
    STRETCHED: "{images} of more than 8 bits: grey levels are stretched to the range that each image uses.",
    DARK_GROUND: "{images} with light drawings on a transparent ground: shown on black, for white would hide them.",
}


def reading_notices(readings: npt.NDArray[np.str_]) -> list[str]:
    """Return a sentence for each way in which images, shape (N,), were read that their files leave open."""
    counts = Counter(readings.tolist())
    said = [text.format(images=counted(counts[word], "image")) for word, text in _READINGS.items() if counts[word]]
    return said + [
        _of_range(*named, count) for word, count in sorted(counts.items()) if (named := range_of_reading(word))
    ]


def _of_range(grey_range: str, outside: bool, count: int) -> str:
    images = counted(count, "image")
    if outside:
        return (
            f"{images} of more than 8 bits: most values lie outside the grey range {grey_range} of datasets.yaml, and "
            "are shown black or white; correct grey_range if this is not meant."
        )
    return f"{images} of more than 8 bits: grey levels {grey_range} are shown, as datasets.yaml says."


def unjudged_notices(rows: Rows, duplicates: Duplicates) -> list[str]:
    """Return sentences on classes whose labels cannot be judged, and on pictures that are too much alike.

    Args:
        rows: N images.
        duplicates: which of them are copies.
    """
    notices = []
    if alike := int((duplicates.near & ~duplicates.shared()).sum()):
        notices.append(
            f"{counted(alike, 'image')} look like near copies of one another, which would leave no label to judge: "
            "only equal files are taken for copies."
        )
    unjudged = too_few_to_judge(rows.labels, duplicates.groups, rows.splits == "train")
    if not unjudged.any():
        return notices
    names = [rows.classes[label] for label in np.unique(rows.labels[unjudged])]
    return [
        *notices,
        f"Too few to judge: {counted(int(unjudged.sum()), 'image')} of {first_few(names)}. No other training picture "
        f"shows {'this class' if len(names) == 1 else 'these classes'}, so no model could learn to tell: the given "
        "labels stand, and are not among the suspicious ones. Two different training pictures of a class are enough.",
    ]
