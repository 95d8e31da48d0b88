"""A user whom permissions stop, which they never do with root."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

_USER = 65534  # `nobody`, who owns no file of this machine


@contextmanager
def folder_of_nobody() -> Iterator[Path]:
    """Yield an empty folder of the user that this process is within the block: nobody where it was root.

    Nobody may not enter pytest's own folders, and imports only what is loaded already.
    """
    with TemporaryDirectory() as folder:
        if os.geteuid() != 0:
            yield Path(folder)
            return
        group = os.getegid()
        os.chown(folder, _USER, _USER)
        os.setegid(_USER)
        os.seteuid(_USER)
        try:
            yield Path(folder)
        finally:
            os.seteuid(0)
            os.setegid(group)
