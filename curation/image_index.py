"""Which image of a data set a decision is about, also after the file was moved or renamed."""

from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

Image = tuple[str, str]  # image_id and sha256, as a decision names them


def find_images(named: Iterable[Image], image_ids: Sequence[str], sha256s: Sequence[str]) -> dict[Image, str | None]:
    """Return today's image_id of each image that decisions name; None where no image has that content any more.

    An image that is still there under its name is itself. Else its content decides: the only image that has it; of
    several the one of the same file name, then the first that no decision names, each of these once.

    Args:
        named: images as decisions name them.
        image_ids: of the data set, N different ones.
        sha256s: of its files, N.
    """
    own = dict(zip(image_ids, sha256s, strict=True))
    holders: dict[str, list[str]] = {}
    for image_id, sha256 in own.items():
        holders.setdefault(sha256, []).append(image_id)
    found: dict[Image, str | None] = {}
    gone: list[Image] = []
    for image in dict.fromkeys(named):
        if own.get(image[0]) == image[1]:
            found[image] = image[0]
        else:
            gone.append(image)
    taken = {there for there in found.values() if there is not None}
    for image in sorted(gone):
        holding = holders.get(image[1], [])
        found[image] = there = _moved_to(
            image, holding if len(holding) == 1 else [one for one in holding if one not in taken]
        )
        if there is not None:
            taken.add(there)
    return found


def _moved_to(image: Image, candidates: Sequence[str]) -> str | None:
    """Return the candidate of the same file name, else the first; None where there is none."""
    name = PurePosixPath(image[0]).name
    same = [one for one in candidates if PurePosixPath(one).name == name]
    return next(iter([*same, *candidates]), None)
