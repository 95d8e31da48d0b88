"""What decoders write to the terminal by themselves: thousands of lines for a folder of odd TIFF files.

What cannot be decoded is said by an exception, in one sentence of ours; what could be is no news.
"""

import ctypes
import logging
import warnings
from contextlib import suppress
from importlib import import_module

from PIL import Image


def quiet_decoders() -> None:
    """Let Pillow and libtiff write nothing; exceptions stay as they are."""
    warnings.filterwarnings("ignore", category=Image.DecompressionBombWarning)
    warnings.filterwarnings("ignore", module=r"PIL\.")
    logging.getLogger("PIL").setLevel(logging.CRITICAL + 1)
    with suppress(OSError, AttributeError):  # a Pillow without libtiff
        library = ctypes.CDLL(
            str(import_module("PIL._imaging").__file__)
        )  # finds the functions of the libraries that it was linked with
        for kind in ("Error", "Warning"):
            handler = getattr(library, f"TIFFSet{kind}Handler")
            handler.argtypes, handler.restype = [ctypes.c_void_p], ctypes.c_void_p
            handler(None)
