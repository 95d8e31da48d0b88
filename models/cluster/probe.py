"""What a machine of the cluster tells of itself; sent as source code, because Errata may be missing there."""

import importlib.metadata
import socket
from pathlib import Path

LIBRARIES = {"Errata": "errata-vision", "torch": "torch"}


def host() -> str:
    """Return the name of this machine."""
    return socket.gethostname()


def versions() -> dict[str, str]:
    """Return the versions of Errata and torch that are installed here; a library that is missing has none."""
    present = {}
    for name, package in LIBRARIES.items():
        try:
            present[name] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return present


def look(folder: str, token: str, content: str) -> tuple[str, dict[str, str], bool, bool]:
    """Return the host, its versions, whether the folder is there, and whether a file has that content there.

    Args:
        folder: of the images.
        token: a file of the workspace.
        content: what it holds on the machine that asks.
    """
    try:
        shared = Path(token).read_text(encoding="utf-8") == content
    except OSError:
        shared = False
    return host(), versions(), Path(folder).is_dir(), shared
