"""Which image of a data set a decision is about, also after the file was moved or renamed."""

from collections.abc import Sequence
from pathlib import PurePosixPath


class ImageIndex:
    """The images of a data set by name and by content."""

    def __init__(self, image_ids: Sequence[str], sha256s: Sequence[str]):
        """Take the N different image_ids of a data set and the SHA-256 of its N files."""
        self._sha256_of = dict(zip(image_ids, sha256s, strict=True))
        self._holders: dict[str, list[str]] = {}
        for image_id, sha256 in self._sha256_of.items():
            self._holders.setdefault(sha256, []).append(image_id)

    def find(self, image_id: str, sha256: str) -> str | None:
        """Return today's image_id of an image that had this name and content; None where no image has the content.

        An image with the same name and content is the same image. Otherwise it is the image of that content; of several
        copies the one with the same file name, else the first. An image with the name but other content is another.
        """
        if self._sha256_of.get(image_id) == sha256:
            return image_id
        copies = self._holders.get(sha256, [])
        name = PurePosixPath(image_id).name
        same_name = (copy for copy in copies if PurePosixPath(copy).name == name)
        return next(same_name, copies[0]) if copies else None
