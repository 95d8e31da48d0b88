"""Which cells of a table look like the name of an image file, also of formats that are not read."""

import re

_IMAGE = re.compile(
    r".*[^/\\]\.(jpe?g|jpe|jfif|png|bmp|gif|webp|tiff?|avif|heic|heif|ppm|pgm|pbm|pnm|jp2|j2k|ico|tga|dcm|npy|exr)",
    re.IGNORECASE | re.DOTALL,
)


def is_image_name(text: str) -> bool:
    """Return whether a text ends like the path of an image file, as `deep/a.JPG`."""
    return bool(_IMAGE.fullmatch(text.strip()))
