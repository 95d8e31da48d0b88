"""Folders and files that storage, clouds and programs put among images, and that are no data."""

import re

# Hidden files and folders (.git, .ipynb_checkpoints, .thumbnails, .dropbox.cache, .Trash-1000, ._1.jpg) come on top.
FOLDERS = frozenset(
    name.casefold()
    for name in (
        *("@eaDir", "@tmp", "@Recycle", "@Recently-Snapshot", "@__thumb", "@sharebin", "#recycle", "#snapshot"),  # NAS
        *("~snapshot", "lost+found", "$RECYCLE.BIN", "RECYCLER", "System Volume Information", "$Extend", "found.000"),
        *("__MACOSX", "Network Trash Folder", "Temporary Items", "TheVolumeSettingsFolder", "_vti_cnf"),
        *("__pycache__", "node_modules", "site-packages", "wandb", "mlruns", "lightning_logs"),
    )
)
FILES = frozenset(("thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r"))
_FILE_STARTS = ("synophoto_thumb", "synofile_thumb")  # thumbnails of a Synology NAS, also outside @eaDir
_CLOUD_CONFLICT = re.compile(  # what clouds call the second of two versions of a file
    r"\.sync-conflict-\d{8}-\d{6}(-\w+)?|[ _]\([^()]*conflicted copy[^()]*\)|_conf\(\d+\)", re.IGNORECASE
)


def is_left_out_folder(name: str) -> bool:
    """Return whether a folder of that name is no data: hidden, or put there by storage, a cloud or a program."""
    return name.startswith((".", "__MACOSX")) or name.casefold() in FOLDERS


def is_left_out_file(name: str) -> bool:
    """Return whether a file of that name is no data: hidden, or put there by storage, a cloud or a program."""
    if name[0] in "._" or name[0].isdigit():  # most names of images; asked of each of 100,000
        return name[0] == "."
    plain = name.casefold()
    return plain in FILES or plain.startswith(_FILE_STARTS)


def conflict_of(name: str) -> str | None:
    """Return the name of the file of which a cloud made this second version; None for any other name."""
    if "conf" not in name:  # asked of each of 100,000 names
        return None
    plain, count = _CLOUD_CONFLICT.subn("", name)
    return plain if count else None


def cloud_only(name: str) -> bool:
    """Return whether a file stands for an image that is still in iCloud: `.1.jpg.icloud`."""
    return name.startswith(".") and name.endswith(".icloud")
