"""Arguments and options that several commands share, and what their text stands for."""

import csv
from collections.abc import Mapping
from errno import ENOSPC
from os import strerror
from pathlib import Path
from shutil import disk_usage
from typing import Annotated

import typer

from app.terminal import tell
from curation.workspace.folders import Workspace, workspace_place
from models.errors import ErrataError

_NOTHING_BYTES = 1 << 20  # with less space than this nearly every command fails
DatasetName = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="a data set of datasets.yaml, an image folder, table or zip, hf:PATH, torchvision:NAME, fiftyone:DATASET",
    ),
]
Seed = Annotated[int, typer.Option(help="of all that is drawn at random", min=0, max=2**31 - 1)]
LabelVersion = Annotated[
    str, typer.Option(help="which labels: original, or a curated version that `errata splits NAME` lists")
]


def audited_dataset(name: str) -> tuple[Workspace, str]:
    """Return the workspace, and the name under which the data set is audited.

    Raises:
        ErrataError: there is no such data set.
    """
    from curation.datasets.opening import audited_name

    workspace = Workspace.from_environment()
    return workspace, audited_name(name, workspace)


def comma_separated(names: str) -> tuple[str, ...]:
    """Return the names in a text that separates them by commas; a name with a comma stands in quotes, as in CSV."""
    try:
        cells = next(csv.reader([names], skipinitialspace=True, strict=True), [])
    except csv.Error as error:
        raise ErrataError(
            f"{names!r} is no list of names ({error}); write a name with a comma as '\"a, b\",c'"
        ) from error
    return tuple(name.strip() for name in cells if name.strip())


def print_written(files: Mapping[str, Path | None]) -> dict[str, Path]:
    """Print which files were written, and return them.

    Args:
        files: kind -> path, None where it was not asked for.
    """
    paths = {kind: path for kind, path in files.items() if path}
    for path in paths.values():
        tell(f"written: {path}")
    return paths


def unusable_file(error: OSError) -> str:
    """Return which file cannot be used: a full disk, a folder without permission, a file that went away meanwhile."""
    file, reason = error.filename or "a file", error.strerror or error
    return f"cannot use {file}: {reason}; fix this and run the same command again; it continues where it stopped"


def full_disk(error: Exception) -> str:
    """Return a sentence where an error that nobody foresaw comes of a full disk; empty where it does not.

    Libraries hand on what the system says in errors of their own, and some do not say it: then the disk itself tells.
    """
    place = workspace_place()
    cause: BaseException | None = error
    while cause is not None and getattr(cause, "errno", None) != ENOSPC and strerror(ENOSPC) not in str(cause):
        cause = cause.__cause__ or cause.__context__
    if cause is None and not (place.exists() and disk_usage(place).free < _NOTHING_BYTES):
        return ""
    said = str(error) or type(error).__name__
    return f"the disk is full ({said}); free some space and run the same command again; it continues where it stopped"


def usage(error: typer.TyperException) -> str:
    """Return what is wrong with a command line, and where its help is."""
    message = error.format_message() if hasattr(error, "format_message") else str(error)
    context = getattr(error, "ctx", None)
    return f"{message.rstrip('.')}; see `{context.command_path if context else 'errata'} --help`"
