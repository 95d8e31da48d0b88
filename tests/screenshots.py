"""The pictures of the README: three screens of the app, as a browser draws them.

    ERRATA_HOME=FOLDER python -m tests.screenshots [--output docs/pictures] [--only review]

FOLDER is a workspace in which `scenes` was audited, partly reviewed, split into v1, and trained on both versions:

    errata audit scenes
    errata serve            # review some images, but not the first; then Splits, New version, Make v1
    errata train scenes --recipe scenes-lite0-frozen --seeds 3 --epochs 8
    errata train scenes --recipe scenes-simple --seeds 2 --epochs 6 --size 48
                            # and both once more with --version v1

For those in docs/pictures a script reviewed, by `truth.csv`: the 60 most suspicious labels of train after the first,
and of test.

Only the drawn `scenes` are shown. Nothing is judged while the pictures are taken, but maps are drawn.
"""

import argparse
import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from app.commands.serve import streamlit_server, wait_for_answer
from curation.results.audit import load_audit
from curation.workspace.folders import Workspace
from tests.helpers.chromium import KEYS_KNOWN
from tests.helpers.served_app import free_port

SIZE_PX = {"width": 1280, "height": 800}
PATIENCE_MS = 120_000
SCREENS = {  # file -> address, what is then to be seen
    "review": ("review&reviewer=ada&split=train", ".er-look img"),
    "compare": ("compare&runs=scenes-lite0-frozen,scenes-simple", ".er-compare table"),
    "map": ("map&colour=label&image={worst}", ".er-pin img"),
}


def main() -> None:
    """Take them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=Path("docs/pictures"))
    parser.add_argument("--only", nargs="+", choices=SCREENS, default=list(SCREENS))
    asked = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("no Chromium; on Debian: apt-get install chromium")
    asked.output.mkdir(parents=True, exist_ok=True)
    workspace, port = Workspace.from_environment(), free_port()
    audit = load_audit(workspace, "scenes")
    worst = audit.rows.image_ids[audit.suspects("train")[0]]
    with streamlit_server(workspace, port) as app, sync_playwright() as playwright:
        wait_for_answer(workspace, app, port)
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        context = browser.new_context(viewport=SIZE_PX, color_scheme="light")  # type: ignore[arg-type]
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(KEYS_KNOWN)
        for name in asked.only:
            page = context.new_page()
            screen, seen = SCREENS[name]
            _open(page, f"http://127.0.0.1:{port}/?dataset=scenes&screen={screen.format(worst=worst)}", seen)
            size = save(page.screenshot(), asked.output / f"{name}.png")
            print(f"{asked.output / name}.png: {size / 1000:.0f} KB")
            page.close()
        browser.close()


def _open(page: Page, address: str, seen: str) -> None:
    """Open a screen and wait until it stands still: its pictures loaded, nothing more computed."""
    page.goto(address)
    page.locator(seen).first.wait_for()
    for _ in range(2):  # maps are drawn by a process of their own; what it made is shown a moment later
        page.wait_for_timeout(3000)
        page.wait_for_selector(".stApp[data-test-script-state='notRunning']")
        page.wait_for_function("[...document.images].every(image => image.complete)")


def save(png: bytes, path: Path) -> int:
    """Write a picture with 256 colours, which a screen hardly needs more of; return its size in bytes."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    picture.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(path, optimize=True)
    return path.stat().st_size


if __name__ == "__main__":
    main()
