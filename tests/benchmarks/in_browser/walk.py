"""The way of a new user in an empty workspace, by the clock: first list, ten verdicts, version, comparison, export.

`errata serve` is started in the folder that ERRATA_HOME names, which has to be empty. Chromium goes the way of the tour
and counts what a person presses. Meanwhile the remaining time that the screens tell is noted, to be compared with the
time that it took.
"""

import argparse
import os
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Page

from app.jobs.process import job_folder, watch
from app.panels.running.audit_steps import seconds_until
from app.panels.tour import VERDICTS
from curation.workspace.folders import Workspace
from curation.workspace.names import audit_folder
from models.errors import ErrataError
from tests.helpers.chromium import chromium
from tests.helpers.review_keys import press, under_review
from tests.helpers.served_app import free_port

NAME = "scenes"
TOUR = ".st-key-tour"
AUDIT_MS, TRAINING_MS = 1_800_000, 900_000
_LOOK_S = 2.0


@dataclass
class Way:
    """What was pressed and when each part was reached."""

    page: Page
    shots: Path | None
    began: float
    clicks: int = 0
    keys: int = 0
    parts: list[tuple[str, float, int, int]] = field(default_factory=list)  # name, s since began, clicks, keys so far

    def click(self, name: str, of: str = "[data-testid=stMain]") -> None:
        """Click a button once it is there, of the screen or of another part of the page."""
        self.page.locator(of).get_by_role("button", name=name, exact=True).first.click()
        self.clicks += 1

    def reached(self, part: str) -> None:
        """Note that a part of the way is done, and keep a picture of it."""
        self.parts.append((part, time.time() - self.began, self.clicks, self.keys))
        print(f"{part}: {self.parts[-1][1]:.1f} s, {self.clicks} clicks, {self.keys} keys", flush=True)
        if self.shots:
            self.page.wait_for_timeout(1000)
            self.page.screenshot(path=self.shots / f"{len(self.parts):02d}-{part.replace(' ', '-')}.png")


def main(arguments: Sequence[str]) -> int:
    """Print seconds, clicks and keys of each part; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shots", type=Path, help="folder for a picture of each part")
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    options = parser.parse_args(arguments)
    workspace = Workspace.from_environment()
    if workspace.root.exists() and any(workspace.root.iterdir()):
        print(f"{workspace.root} is not empty: set ERRATA_HOME to an empty folder", file=sys.stderr)
        return 2
    if options.shots:
        options.shots.mkdir(parents=True, exist_ok=True)
    began = time.time()
    with serving() as address, told(workspace) as forecasts, chromium() as browser:
        print(f"the app answers: {time.time() - began:.1f} s", flush=True)
        context = browser.new_context(viewport={"width": 1280, "height": 800}, color_scheme=options.theme)
        context.set_default_timeout(AUDIT_MS)
        page = context.new_page()
        page.goto(f"{address}/?dataset={NAME}")
        walk(Way(page, options.shots, began), workspace)
        print_forecasts(forecasts)
    return 0


@contextmanager
def serving() -> Iterator[str]:
    """Run `errata serve` until the block ends; yield the app's address once it answers."""
    port = free_port()
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port), "--fiftyone-port", str(free_port())]
    server = subprocess.Popen(command, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    address = f"http://127.0.0.1:{port}"
    try:
        while not _answers(address):
            time.sleep(0.1)
        yield address
    finally:
        server.terminate()
        server.wait()


def _answers(address: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(f"{address}/_stcore/health", timeout=5) as answer:
        return bool(answer.status == 200)
    return False


def walk(way: Way, workspace: Workspace) -> None:
    """Go from the first list to the export as the tour leads."""
    page = way.page
    page.locator(".er-rank").first.wait_for()
    way.reached("first list")
    way.click("Next", TOUR)
    page.get_by_label("Your name in the decision log").fill("ana")
    page.keyboard.press("Enter")
    way.keys += len("ana") + 1
    under_review(page)
    page.keyboard.press("Escape")  # the sheet of keys, which opens the first time
    way.keys += 1
    steps = []
    for number in range(10):
        steps.append(press(page, "a" if page.locator(".er-look").count() and number % 3 else "f"))
        way.keys += 1
        if number + 1 == VERDICTS:
            way.reached(f"{VERDICTS} verdicts")
    print(f"key to next image: median {statistics.median(steps):.2f} s, worst {max(steps):.2f} s")
    way.reached("ten verdicts")
    way.click("Show me", TOUR)
    way.click("Make v1")
    page.get_by_text("4 Retrain and compare").and_(page.locator(".er-now")).wait_for()
    way.reached("version")
    while watch(audit_folder(workspace, NAME)).state == "running":  # trainings wait for it
        time.sleep(_LOOK_S)
    way.reached("audit is over")
    way.click("Show me", TOUR)
    way.click("Retrain and compare")
    page.set_default_timeout(TRAINING_MS)
    page.wait_for_url("**screen=compare**")
    page.locator(".er-tour .er-now", has_text="5 Export").wait_for()
    way.reached("comparison")
    way.click("Show me", TOUR)
    page.wait_for_url("**screen=splits**")
    page.wait_for_selector(".stApp[data-test-script-state='notRunning'] .stElementContainer")
    way.click("Export")
    while watch(job_folder(workspace, f"export-{NAME}")).state not in ("finished", "failed"):
        if list(workspace.exports.glob(f"{NAME}-*/manifest.json")):
            break
        time.sleep(0.1)
    way.reached("export")


@contextmanager
def told(workspace: Workspace) -> Iterator[list[tuple[float, str, float]]]:
    """Note every two seconds what remaining time the screens tell: when, until which stage, s."""
    notes: list[tuple[float, str, float]] = []
    stop = threading.Event()

    def note() -> None:
        folder = audit_folder(workspace, NAME)
        while not stop.wait(_LOOK_S):
            with suppress(ErrataError, OSError, KeyError, ValueError):
                state = watch(folder)
                if left := seconds_until(folder, state):
                    notes.append((time.time(), state.stage, left))
                elif notes and state.state == "finished":
                    notes.append((time.time(), "", 0.0))
                    return

    thread = threading.Thread(target=note)
    thread.start()
    try:
        yield notes
    finally:
        stop.set()
        thread.join()


def print_forecasts(notes: list[tuple[float, str, float]]) -> None:
    """Print by stage how the told remaining time compares with the taken one."""
    if not notes or notes[-1][1]:
        print("the audit did not end: its forecasts cannot be compared")
        return
    end, ratios = notes[-1][0], dict[str, list[float]]()
    for when, stage, left in notes[:-1]:
        if end - when > 10:  # seconds; less is told as "a moment"
            ratios.setdefault(stage, []).append(left / (end - when))
    for stage, values in ratios.items():
        within = statistics.mean(0.5 <= value <= 2 for value in values)
        print(f"told / taken, {stage}: {min(values):.2f} to {max(values):.2f}, within a factor of two {within:.0%}")
    every = [value for values in ratios.values() for value in values]
    print(f"all {len(every)}: within a factor of two {statistics.mean(0.5 <= value <= 2 for value in every):.0%}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
