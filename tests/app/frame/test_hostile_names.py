"""Names from elsewhere in a real browser: no script of theirs runs, and no request leaves this machine."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from curation.decisions.decision import Decision
from curation.decisions.ledger import open_ledger
from curation.workspace.folders import Workspace
from tests.helpers import small_audit
from tests.helpers.chromium import in_chromium
from tests.helpers.served_app import served
from tests.helpers.typed_command import exit_code

pytestmark = in_chromium
PICTURE, SCRIPT = "![x](https://evil.example/a.png)", "<img src=x onerror=hit()>"
CLASSES = (PICTURE, SCRIPT, "=cmd()\"'\u202egnp\nnext")
REVIEWER = "![r](https://evil.example/r.png)"
SCREENS = ("dataset", "review", "splits")
COUNTER = "window.hits = 0; window.hit = () => window.hits++"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace with an audit of hostile class names, one of whose images a reviewer with such a name judged."""
    home = Workspace(tmp_path_factory.mktemp("home"))
    draw = small_audit._draw_images
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(small_audit, "_draw_images", lambda folder: replace(draw(folder), classes=CLASSES))
        audit = small_audit.small_audit(home, cams=0)
    open_ledger(home, audit.name).decide(Decision(REVIEWER, small_audit.CONFUSED, "relabel", new_labels=(PICTURE,)))
    return home


@pytest.fixture(scope="module")
def address(home: Workspace) -> Iterator[str]:
    with served(home) as url:
        yield url


@pytest.mark.parametrize(
    "query",
    [
        *(f"dataset=tiny&screen={screen}&split=test&reviewer={quote(REVIEWER)}" for screen in SCREENS),
        f"dataset={quote(PICTURE)}",
        f"dataset=tiny&screen=compare&runs={quote(PICTURE)}",
        f"dataset=tiny&screen=errors&split=test&kind={quote(SCRIPT)}&verdict={quote(PICTURE)}",
    ],
)  # fmt: skip
def test_nothing_of_a_name_runs_and_nothing_is_fetched_elsewhere(address: str, page: Page, query: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.add_init_script(COUNTER)
    page.goto(f"{address}/?{query}")
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_attached()
    expect(page.locator(".er-dataset, [data-testid=stHeading]").first).to_be_attached()
    assert page.evaluate("window.hits") == 0
    assert page.locator("[href^='https://evil'], [src^='https://evil']").count() == 0
    assert [
        url for url in asked if not url.startswith((address, "data:", "blob:", address.replace("http", "ws")))
    ] == []


def test_nothing_of_a_name_runs_on_the_pages_to_mail(
    home: Workspace, page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ERRATA_HOME", str(home.root))
    assert exit_code("split", "tiny", "--version", "v1") == 0
    assert exit_code("sheet", "tiny", "--version", "v1", "--html", str(tmp_path / "sheet.html")) == 0
    assert exit_code("report", "tiny", "--html", str(tmp_path / "report.html")) == 0
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.add_init_script(COUNTER)
    for file in ("sheet.html", "report.html"):
        page.goto((tmp_path / file).as_uri())
        expect(page.get_by_text(SCRIPT).first).to_be_attached()  # letter for letter
        assert page.evaluate("window.hits") == 0
        assert page.locator("[href^='https://evil'], [src^='https://evil'], script").count() == 0
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
