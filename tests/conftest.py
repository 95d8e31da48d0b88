"""Shared fixtures: workspaces, a small audit, a real MongoDB, a browser; and nothing that runs on behind the tests."""

import contextlib
import signal
import sys
from collections.abc import Iterator
from itertools import chain, zip_longest
from pathlib import Path

import psutil
import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, Page

from curation.database.start import stop_database
from curation.in_fiftyone.app_server import running_apps, stop_app
from curation.results.audit import Audit
from curation.workspace.folders import Workspace
from tests.helpers.chromium import KEYS_KNOWN, PATIENCE_MS, chromium
from tests.helpers.small_audit import small_audit

_WAITING = ("browser", "mongo", "ray")  # markers

# Each run draws new examples. A failing one is printed with the decorator that repeats it, since CI keeps no database
# of examples; `--hypothesis-seed=N` repeats a whole run. A busy machine is no failure: there is no deadline.
settings.register_profile(
    "drawn",
    deadline=None,
    derandomize=False,
    print_blob=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("many", settings.get_profile("drawn"), max_examples=1000)
settings.load_profile("drawn")


def pytest_configure() -> None:
    """Let Ctrl-C reach the processes that tests start: a shell that runs tests in the background ignores it for all."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files that wait for browsers and servers first, each beside a file that computes, since they run longest.

    Several files run at a time (see `make test`), and a long file at the end would run alone.
    """
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    waiting = [tests for tests in files.values() if any(test.get_closest_marker(m) for test in tests for m in _WAITING)]
    others = [tests for tests in files.values() if tests not in waiting]
    pairs = chain.from_iterable(zip_longest(waiting, others, fillvalue=[]))
    items[:] = list(chain.from_iterable(pairs))


@pytest.fixture(autouse=True)
def main_module_stays() -> Iterator[None]:
    """Put back the main module, which Streamlit's tests of a function replace: each spawned process would run it."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture(scope="session", autouse=True)
def nothing_runs_on(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Fail at the end of the run where a process works on in a folder of a test: an audit, a training, a server."""
    yield
    folder = f"{tmp_path_factory.getbasetemp()}/"
    left = [process for process in psutil.process_iter() if folder in _told(process)]
    _, on = psutil.wait_procs(left, timeout=PATIENCE_MS / 1000)  # what is ending by itself may end
    assert not on, f"still running after the tests: {[_told(process) for process in on]}"


def _told(process: psutil.Process) -> str:
    """Return the command of a process and its workspace, nothing for one that has ended or is not ours to look at."""
    with contextlib.suppress(psutil.Error):
        command = process.cmdline()
        if "multiprocessing" not in " ".join(command):  # servers of test processes, which end with these
            return " ".join([*command, process.environ().get("ERRATA_HOME", "")]) + "/"
    return ""


@pytest.fixture(scope="session")
def mongo_workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A workspace whose database and Apps are stopped at the end of the run."""
    workspace = Workspace(tmp_path_factory.mktemp("workspace"))
    yield workspace
    for app in running_apps(workspace):
        stop_app(workspace, app.port)
    if connection := sys.modules.get("fiftyone.core.odm.database"):
        connection._disconnect()  # or its clients look for the server until Python ends, and warn
    stop_database(workspace)


@pytest.fixture
def own_workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A workspace of one test, for tests that kill or stop its database."""
    workspace = Workspace(tmp_path / "workspace")
    yield workspace
    stop_database(workspace)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """An empty workspace that is the app's and the command's own, with no data but its own; its queue is not worked."""
    monkeypatch.setenv("ERRATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ERRATA_DATA", str(tmp_path / "data"))
    monkeypatch.setattr("app.jobs.worker.start_background", lambda *arguments: None)  # what is queued stays there
    return Workspace.from_environment()


@pytest.fixture
def audit(workspace: Workspace) -> Audit:
    """The small audit in it."""
    return small_audit(workspace, cams=0)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium for the tests of one file: while it is open, nothing else may use asyncio."""
    with chromium() as opened:
        yield opened


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page that remembers nothing of those before."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(KEYS_KNOWN)
    yield context.new_page()
    context.close()
