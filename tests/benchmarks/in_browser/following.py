"""Seconds from a line in the decision log to FiftyOne's field, and to its grid in a browser.

The verdicts are those of a reviewer who has no App, and are taken back. `errata review NAME` has to run.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Sequence

from playwright.sync_api import Page

from curation.database.names import DECISION, REVIEW_ORDER, dataset_name, to_review_view, view_in_links
from curation.database.samples import read_samples
from curation.database.store import load_dataset
from curation.decisions.decision import Decision
from curation.decisions.ledger import open_ledger
from curation.in_fiftyone.app_server import app_url, running_apps
from curation.workspace.folders import Workspace
from tests.helpers.chromium import chromium

NOBODY = "benchmark"
_BADGES = "document.querySelectorAll('[data-cy=tag-decision]').length"
_NOTE = f"""() => {{
    window.badges = [];
    new MutationObserver(() => {{
        const shown = {_BADGES};
        if (window.badges.at(-1)?.[0] !== shown) window.badges.push([shown, Date.now()]);
    }}).observe(document.body, {{ childList: true, subtree: true }});
}}"""


def main(arguments: Sequence[str]) -> int:
    """Print the medians and the worst; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dataset", nargs="?", default="scenes")
    parser.add_argument("--times", type=int, default=15, help="verdicts, each of which is taken back")
    parser.add_argument("--batch", type=int, default=1, help="images of a verdict, at most 24")
    options = parser.parse_args(arguments)
    workspace = Workspace.from_environment()
    dataset, ledger = load_dataset(workspace, dataset_name(options.dataset)), open_ledger(workspace, options.dataset)
    samples = read_samples(dataset, ("image_id", "split", REVIEW_ORDER))
    first = sorted(
        (sample[REVIEW_ORDER], sample_id)
        for sample_id, sample in samples.items()
        if sample["split"] == "test" and sample[REVIEW_ORDER]
    )
    chosen = [sample_id for _, sample_id in first[: options.batch]]
    decisions = [Decision(NOBODY, samples[sample_id]["image_id"], "unsure") for sample_id in chosen]
    fields, grids = list[float](), list[float]()
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        view = view_in_links(to_review_view("test"))
        page.goto(app_url(running_apps(workspace)[0].port, dataset_name(options.dataset), view))
        page.locator("[data-cy=looker] canvas[canvas-loaded=true]").first.wait_for()
        page.wait_for_timeout(5000)
        page.evaluate(_NOTE)
        before = int(page.evaluate(_BADGES))
        for _ in range(options.times):
            for said in (True, False):
                if said:
                    ledger.decide(*decisions)
                else:
                    ledger.undo(NOBODY)
                since = time.time()
                while any((sample[DECISION] == "unsure") != said for sample in _now(dataset, chosen)):
                    time.sleep(0.005)
                fields.append(time.time() - since)
                grids.append(_drawn(page, before + len(chosen) * said) - since)
    for name, seconds in (("field", fields), ("grid", grids)):
        print(f"{name}: n {len(seconds)}, median {statistics.median(seconds):.2f} s, worst {max(seconds):.2f} s")
    return 0


def _now(dataset: object, sample_ids: Sequence[str]) -> list[dict[str, object]]:
    return list(read_samples(dataset, (DECISION,), sample_ids).values())


def _drawn(page: Page, badges: int) -> float:
    """Return when the grid last came to show so many badges, s since 1970."""
    page.wait_for_function(f"badges => {_BADGES} === badges", arg=badges)
    return float(page.evaluate("badges => window.badges.findLast(([shown]) => shown === badges)[1]", badges)) / 1000


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
