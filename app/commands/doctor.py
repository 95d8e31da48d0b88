"""`errata doctor`: what Errata needs of a machine, checked piece by piece.

No check raises, and only the workspace folder is made.
"""

import platform
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from app.terminal import tell
from curation.words import file_size
from curation.workspace.folders import Workspace, data_root
from models.errors import ErrataError

if TYPE_CHECKING:
    from curation.datasets.catalog import DatasetSpec

OK, NOTE, PROBLEM = "ok", "note", "PROBLEM"
PYTHONS = (3, 11), (3, 13)  # oldest and newest; pyproject.toml and the Makefile say so too (tested)
NEEDED = {"torch": (2, 15), "torchvision": (0, 29), "fiftyone": (1, 22), "streamlit": (1, 67)}
ROOM_BYTES = 2 * 10**9  # an audit of 3,000 photographs writes about 500 MB, MongoDB's journal the rest
_COLOURS = {OK: "green", NOTE: "yellow", PROBLEM: "red"}
_SETUP = "run `make setup`"


@dataclass(frozen=True)
class Finding:
    """What one check found."""

    name: str
    level: str  # ok; note: something optional is missing; PROBLEM: Errata will not work
    text: str  # what was found and, unless ok, what to do


def doctor() -> None:
    """Check this machine and say for each finding what to do."""
    findings = examine()
    width = max(len(finding.name) for finding in findings)
    for finding in findings:
        level = typer.style(f"{finding.level:<7}", fg=_COLOURS[finding.level])
        tell(f"  {finding.name:<{width}}  {finding.text}", mark=level)
    can_work = all(finding.level != PROBLEM for finding in findings)
    tell("\nErrata can work here." if can_work else "\nErrata cannot work yet: fix what is marked PROBLEM.")
    raise typer.Exit(0 if can_work else 1)


def examine(app_port: int = 8501, fiftyone_port: int = 5151) -> list[Finding]:
    """Return the findings of all checks; a check that fails itself is a finding, too."""
    checks: list[tuple[str, Callable[[], list[Finding]]]] = [
        ("Errata", check_errata),
        ("Python", check_python),
        ("packages", check_packages),
        ("device", check_device),
        ("MongoDB", check_mongodb),
        ("workspace", check_workspace),
        ("ports", lambda: [check_port("app port", app_port), check_port("FiftyOne port", fiftyone_port)]),
        ("data", check_data),
        ("browser", check_browser),
    ]
    return [finding for name, check in checks for finding in _guarded(name, check)]


def _guarded(name: str, check: Callable[[], list[Finding]]) -> list[Finding]:
    try:
        return check()
    except ErrataError as error:
        return [Finding(name, PROBLEM, str(error))]
    except Exception as error:  # the other checks go on: a broken torch raises anything at import
        message = " ".join(str(error).split())[:200]
        return [Finding(name, PROBLEM, f"looking at it failed ({type(error).__name__}: {message}); {_SETUP}")]


def check_errata() -> list[Finding]:
    """Tell the version of Errata and the system that it runs on, as who reads a bug report asks for them."""
    from importlib.metadata import version

    return [Finding("Errata", OK, f"{version('errata-vision')} on {platform.platform()}")]


def check_python(version: tuple[int, int] | None = None) -> list[Finding]:
    """Check the Python that runs this, or another version."""
    major, minor = version or sys.version_info[:2]
    text = f"{major}.{minor} at {sys.executable}"
    if PYTHONS[0] <= (major, minor) <= PYTHONS[1]:
        return [Finding("Python", OK, text)]
    oldest, newest = (f"{major}.{minor}" for major, minor in PYTHONS)
    return [Finding("Python", PROBLEM, f"{text}; Errata needs {oldest} to {newest}: {_SETUP} with it")]


def check_packages() -> list[Finding]:
    """Check the versions of the packages that matter most."""
    return [_package(name, least) for name, least in NEEDED.items()]


def _package(name: str, least: tuple[int, int]) -> Finding:
    from importlib.metadata import PackageNotFoundError, version

    try:
        installed = version(name)
    except PackageNotFoundError:
        return Finding(name, PROBLEM, f"not installed; {_SETUP}")
    numbers = tuple(int(part) for part in installed.split("+")[0].split(".")[:2])
    if numbers < least:
        wanted = ".".join(map(str, least))
        return Finding(name, PROBLEM, f"{installed} is too old, at least {wanted} is needed; {_SETUP}")
    return Finding(name, OK, installed)


def check_device() -> list[Finding]:
    """Check what computes here, and in which precision."""
    from models.processors.devices import default_device, has_bfloat16

    device = default_device()
    if has_bfloat16(device):
        return [Finding("device", OK, f"{device} computes bfloat16 in hardware: used where results agree")]
    return [Finding("device", NOTE, f"{device} without bfloat16 in hardware: everything works, features take longer")]


def check_mongodb() -> list[Finding]:
    """Find the MongoDB server that FiftyOne needs, and run it to read its version; ask the user's where one is set."""
    from curation.database.binary import mongod_path, mongod_version
    from curation.database.chosen_server import check_server, chosen_by_user

    if chosen := chosen_by_user():
        return [Finding("MongoDB", OK, f"{check_server(chosen)} (FIFTYONE_DATABASE_URI)")]
    try:
        version = mongod_version()
    except ErrataError as error:
        return [Finding("MongoDB", PROBLEM, str(error))]
    old = version.startswith(("4.", "5.", "6."))  # 6.0: July 2025
    advice = "; past its end of life, reachable by a socket file of yours only; ERRATA_MONGOD names a newer mongod"
    return [Finding("MongoDB", NOTE if old else OK, f"{version} at {mongod_path()}{advice if old else ''}")]


def check_workspace() -> list[Finding]:
    """Check whether the workspace can be written, and how much room there is."""
    workspace = Workspace.from_environment()
    free_bytes = shutil.disk_usage(workspace.root).free
    enough, text = free_bytes >= ROOM_BYTES, f"{file_size(free_bytes)} free at {workspace.root}"
    if not enough:
        text = f"only {text}; free some, or set ERRATA_HOME to a folder with {file_size(ROOM_BYTES)}"
    return [Finding("workspace", OK, str(workspace.root)), Finding("disk", OK if enough else PROBLEM, text)]


def check_port(name: str, port: int) -> Finding:
    """Check whether a process listens on a port of this machine."""
    from curation.database.processes import port_owner

    owner = port_owner(port)
    if owner is None:
        return Finding(name, OK, f"{port} is free")
    option = "--port" if name == "app port" else "--fiftyone-port"
    return Finding(name, NOTE, f"{port} is used by {owner}; if that is not Errata: errata serve {option} NUMBER")


def check_data() -> list[Finding]:
    """Look for the images of every data set of the catalogue."""
    from curation.datasets.catalog import load_catalog

    return [_dataset(spec) for spec in load_catalog().values()]


def _dataset(spec: "DatasetSpec") -> Finding:
    name = f"data: {spec.name}"
    if spec.embedded:
        return Finding(name, OK, "comes with Errata")
    root = data_root() / spec.root
    if root.is_dir():
        return Finding(name, OK, str(root))
    return Finding(name, NOTE, f"not at {root}; run `errata fetch {spec.name}`, or set ERRATA_DATA to where it is")


def check_browser() -> list[Finding]:
    """Look for the browser that some tests drive."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path:
        return [Finding("Chromium", OK, path)]
    return [Finding("Chromium", NOTE, "not found: browser tests are skipped; on Debian: apt-get install chromium")]
