"""Which cells of a table look like the name of an image file, also of formats that are not read."""

from models.images.formats import HEIF, SUFFIXES, suffix_of

_UNREAD = ("dcm", "dicom", "npy", "exr", "svg", "nef", "cr2", "dng", "arw")
_ALL = frozenset((*SUFFIXES, *HEIF, *_UNREAD))


def is_image_name(text: str) -> bool:
    """Return whether a text ends like the path of an image file, as `deep/a.JPG`."""
    text = text.strip().partition("?")[0] if "://" in text else text.strip()
    return "." in text and suffix_of(text) in _ALL
