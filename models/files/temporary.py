"""Our folder among the system's temporary files, which all users of the machine share."""

import os
import stat
import tempfile
from pathlib import Path

from models.errors import ErrataError


def private_temporary_folder() -> Path:
    """Return our folder in the system's temporary folder, where another user may have made that name first.

    Raises:
        ErrataError: the folder is not this user's alone.
    """
    if os.name == "nt":  # each user has a temporary folder there
        folder = Path(tempfile.gettempdir(), "errata")
        folder.mkdir(exist_ok=True)
        return folder
    folder = Path(tempfile.gettempdir(), f"errata-{os.getuid()}")
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()  # not stat: a link could lead to the folder of another user
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise ErrataError(f"{folder} is not yours alone (mode 0700); remove it or set TMPDIR to another folder")
    return folder
