"""Which image of a data set a name, path or address in another tool means."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from urllib.parse import parse_qs, unquote, urlsplit

from models.errors import ErrataError

_UPLOADED = re.compile(r"[0-9a-f]{8}-")  # Label Studio puts this before the name of an uploaded file


class ImageNames:
    """The images of a data set by the ends of their paths."""

    def __init__(self, image_ids: Sequence[str]):
        """Take the N image_ids."""
        self._ids = set(image_ids)
        self._by_name: dict[str, list[str]] = {}
        for image_id in image_ids:
            path = PurePosixPath(image_id)
            for name in {path.name, path.stem}:
                self._by_name.setdefault(name, []).append(image_id)

    def find(self, image: str) -> str | None:
        """Return the image_id that is meant; None where the data set has no such image.

        The image is the one whose path agrees with the given one in the most last parts.

        Raises:
            ErrataError: it may be several.
        """
        if image in self._ids:
            return image
        path = _path_of(image)
        names = [path.name, _UPLOADED.sub("", path.name, count=1)]
        candidates = next((self._by_name[name] for name in names if name in self._by_name), [])
        agreeing = [(_common_end(path, PurePosixPath(candidate)), candidate) for candidate in candidates]
        most = max((length for length, _ in agreeing), default=0)
        best = [candidate for length, candidate in agreeing if length == most]
        if len(best) > 1:
            raise ErrataError(f"{image!r} may be {' or '.join(sorted(best)[:3])}; name the images by their paths")
        return best[0] if best else None


def _path_of(image: str) -> PurePosixPath:
    """Return the path in an address, as `https://…/a.png`, `s3://…` or `/data/local-files/?d=a.png`."""
    parts = urlsplit(image) if "://" in image or image.startswith("/data/") else None
    if parts is None:
        return PurePosixPath(image.replace("\\", "/"))
    local = parse_qs(parts.query).get("d")
    return PurePosixPath(local[0] if local else unquote(parts.path))


def _common_end(first: PurePosixPath, second: PurePosixPath) -> int:
    """Return how many folders before the name agree, counted from the name on."""
    length = 0
    for one, other in zip(reversed(first.parts[:-1]), reversed(second.parts[:-1]), strict=False):
        if one != other:
            break
        length += 1
    return length
