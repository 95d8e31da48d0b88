"""The review in the real FiftyOne App: keys, selection, panel, two reviewers."""

import contextlib
import http.client
import json
import re
import statistics
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from playwright.sync_api import TimeoutError as TooLate

from curation.database.samples import read_samples, write_samples
from curation.database.store import load_dataset
from curation.decisions.decision import Decision
from curation.decisions.ledger import Ledger, log_of
from curation.decisions.log import DecisionLog
from curation.in_fiftyone.app_server import AppServer, app_url, end_of_session, running_apps, stop_app
from curation.in_fiftyone.mirror import write_decisions
from curation.in_fiftyone.review_views import write_queue
from curation.in_fiftyone.sessions import open_session
from curation.in_fiftyone.write_audit import write_audit
from curation.results.audit import Audit
from curation.review.alike import LIKELY, alike_to
from curation.review.bench import Bench
from curation.review.looks import learned_from
from curation.review.walk import next_looks
from curation.workspace.folders import Workspace
from tests.curation.in_fiftyone.review_plugin.test_buttons import expected_operators
from tests.helpers.chromium import PATIENCE_MS, in_chromium
from tests.helpers.small_audit import small_audit

LABELS = ("ground_truth.label", "curated.label", "decision")
pytestmark = [*in_chromium, pytest.mark.mongo]


@pytest.fixture(scope="module")
def audit(mongo_workspace: Workspace) -> Audit:
    made = small_audit(mongo_workspace, "keys", cams=0)
    write_audit(mongo_workspace, made)
    return made


@pytest.fixture(scope="module")
def apps(
    mongo_workspace: Workspace, audit: Audit, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, AppServer]]:
    """The Apps of two reviewers, each on a port of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FIFTYONE_PLUGINS_DIR", str(tmp_path_factory.mktemp("others")))  # other plugins are not loaded
        for name in ("ana", "ben"):
            open_session(mongo_workspace, "keys", "all", reviewer=name)
    started = {app.reviewer: app for app in running_apps(mongo_workspace) if app.reviewer in ("ana", "ben")}
    yield started
    for app in started.values():
        stop_app(mongo_workspace, app.port)


@pytest.fixture
def ledger(mongo_workspace: Workspace, audit: Audit) -> Ledger:
    """A review nobody has begun."""
    log = log_of(mongo_workspace, "keys")
    log.path.unlink(missing_ok=True)
    made = Ledger(log, audit.checked)
    write_decisions(load_dataset(mongo_workspace, "errata-keys"), made)
    write_queue(load_dataset(mongo_workspace, "errata-keys"), audit, made)
    return made


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """What pages share: their 10 MB of scripts are fetched and translated once."""
    yield from shared(browser)


@pytest.fixture(scope="module")
def bens_context(browser: Browser) -> Iterator[BrowserContext]:
    """Another window: of two pages in one, that behind the other is not drawn."""
    yield from shared(browser)


def shared(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1280, "height": 800}, color_scheme="dark")
    made.set_default_timeout(PATIENCE_MS)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext, apps: dict[str, AppServer], ledger: Ledger) -> Iterator[Page]:
    yield from opened(context, apps["ana"])


def opened(
    context: BrowserContext, app: AppServer, view: str = "all", n: int = 30, theme: str = ""
) -> Generator[Page, None, None]:
    page = context.new_page()
    try:
        page.goto(app_url(app.port, "errata-keys", view, theme))
        page.get_by_text(f"{n} samples").first.wait_for()
        page.locator("[data-cy=looker] canvas[canvas-loaded=true]").first.wait_for()
        settle(page)  # the App resets selections until then
        yield page
    finally:
        page.close()  # or it goes on drawing behind the tests that follow


def settle(page: Page) -> None:
    """Wait until the page has loaded nothing for a while."""
    page.wait_for_function(
        """() => {
            performance.setResourceTimingBufferSize(100000);
            const entries = performance.getEntriesByType("resource"), now = performance.now();
            const loaded = entries.filter(({ name }) => !name.includes("/errata/news")).length; // it never ends
            if (window.loadedBefore !== loaded) [window.loadedBefore, window.quietSince] = [loaded, now];
            return now - window.quietSince > 1000;
        }""",
        polling=100,
    )


def decisions(ledger: Ledger) -> list[Decision]:
    return [entry for _, entry in ledger.log.read().entries if isinstance(entry, Decision)]


def wait_for_decisions(ledger: Ledger, count: int) -> None:
    """Wait for decisions that are written after the page was answered."""
    for _ in range(int(PATIENCE_MS / 100)):
        if len(decisions(ledger)) >= count:
            return
        time.sleep(0.1)


def in_dataset(workspace: Workspace) -> dict[str, dict[str, Any]]:
    dataset = load_dataset(workspace, "errata-keys")
    names = ("image_id", "ground_truth.label", "curated.label", "decision", "reviewer", "reviewers_disagree")
    return {sample["image_id"]: sample for sample in read_samples(dataset, names).values()}


def corners(page: Page, count: int) -> list[tuple[float, float]]:
    """The upper left corners of the first images of the grid."""
    lookers = page.locator("[data-cy=looker]")
    boxes = [box for box in (lookers.nth(place).bounding_box() for place in range(lookers.count())) if box]
    boxes = sorted((box for box in boxes if box["y"] > 100), key=lambda box: (round(box["y"]), box["x"]))
    return [(box["x"], box["y"]) for box in boxes[:count]]


def open_image(page: Page, place: int = 0) -> None:
    x, y = corners(page, place + 1)[place]
    page.mouse.click(x + 60, y + 60)
    page.wait_for_url("**id=*")
    page.locator("[data-cy=modal] [canvas-loaded=true]").first.wait_for()


def select(page: Page, count: int) -> None:
    for number, (x, y) in enumerate(corners(page, count)):
        page.mouse.move(x + 30, y + 30)
        page.locator("[data-cy=looker]:hover label").click()  # the box to tick comes with the pointer
        expect(page.locator("[data-cy=looker] input:checked")).to_have_count(number + 1)
    expect(page.get_by_text(str(count), exact=True).first).to_be_visible(timeout=PATIENCE_MS)
    settle(page)


def press(page: Page, key: str) -> str:
    """Press a key and return what became of it; again where the page was not ready for one and left it out."""
    page.evaluate("document.getElementById('errata-said')?.remove()")
    status_line = page.locator("#errata-said")
    for _ in range(5):
        page.keyboard.press(key)
        with contextlib.suppress(TooLate):
            status_line.wait_for(timeout=PATIENCE_MS / 5)
            break
    return status_line.inner_text()


def press_until(page: Page, key: str, shown: Locator) -> None:
    """Press a key until the page shows something: it leaves keys out while it loads an image."""
    for _ in range(5):
        page.keyboard.press(key)
        with contextlib.suppress(TooLate):
            shown.wait_for(timeout=PATIENCE_MS / 5)
            return
    raise AssertionError(f"the key {key} does not bring {shown}")


def moves_on(page: Page, key: str) -> tuple[str, float, float]:
    """Press a key until it counts; return which file is shown next, and the seconds until it is seen and is open."""
    step = page.evaluate(
        """key => new Promise((done, fail) => {
            const before = location.search, since = performance.now();
            const passed = () => (performance.now() - since) / 1000;
            let file = "", seen = 0;
            const press = () => document.dispatchEvent(new KeyboardEvent("keydown", {key, bubbles: true}));
            const again = setInterval(press, 200);
            const watch = () => {
                const image = document.querySelector("#errata-next img");
                if (image) file = new URL(image.src).searchParams.get("filepath");
                if (!seen && image?.complete && image.naturalWidth) seen = passed();
                if (passed() > 60) fail(new Error("the key led to no other image"));
                else if (location.search === before) setTimeout(watch, 4);
                else { clearInterval(again); done([file, seen, passed()]); }
            };
            press();
            watch();
        })""",
        key,
    )
    return step[0], step[1], step[2]


def ask(app: AppServer, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection("127.0.0.1", app.port, timeout=60)
    origin = f"http://127.0.0.1:{app.port}"
    connection.request("POST", path, json.dumps(body), {"Origin": origin, "Sec-Fetch-Site": "same-origin"})
    response = connection.getresponse()
    data = response.read()
    connection.close()
    return response.status, json.loads(data) if response.status == 200 else {}


def test_the_plugin_is_there_and_no_other(apps: dict[str, AppServer]) -> None:
    status, answer = ask(apps["ana"], "/operators", {"dataset_name": "errata-keys"})
    ours = {operator["uri"] for operator in answer["operators"] if not operator["uri"].startswith("@voxel51/")}
    assert (status, answer["errors"]) == (200, [])
    assert ours == {f"@errata/review/{name}" for name in (*expected_operators(), "review")}
    listing = {"operator_uri": "@voxel51/operators/list_files", "params": {"path": "/etc"}}
    assert ask(apps["ana"], "/operators/execute", listing)[0] == 403
    assert len({app.port for app in apps.values()}) == 2


def test_the_queue_learns(
    context: BrowserContext,
    apps: dict[str, AppServer],
    ledger: Ledger,
    audit: Audit,
    mongo_workspace: Workspace,
    tmp_path: Path,
) -> None:
    """Each next image is the one that the order learned from the verdicts so far proposes; one in ten is drawn.

    It is the first to judge: an App learns of a log that another test wrote anew only beside what it answers.
    """
    ledger.decide(Decision("ben", str(audit.rows.image_ids[0]), "keep"))  # an App notices a new log when it has a line
    ledger.undo("ben")
    pages = opened(context, apps["ana"], "to-review-train", 18)
    page = next(pages)
    open_image(page)
    for number in range(7):
        moves_on(page, "nxnk"[number % 4])
        settle(page)
    written = decisions(ledger)[1:]
    ranks = [look.rank or 0 for look in written]  # two have the same where the order changed after one was fetched
    assert all(number - 1 <= rank <= number + 1 for number, rank in enumerate(ranks))
    assert [look.rank for look in written if look.drawn] == [5]
    assert [look.inclusion is not None for look in written] == [look.drawn for look in written]
    learned = [learned_from(look.queue) for look in written]
    assert learned[:2] == [0, 0]
    lines = ledger.log.path.read_text().splitlines(keepends=True)
    for number, answers in enumerate(learned):  # a busy machine learns later
        assert answers is not None
        assert answers <= number
        log = tmp_path / f"{number}.jsonl"
        log.write_text("".join(lines[: 2 + answers]))  # behind the two lines of ben
        queue = next_looks(Bench(audit, Ledger(DecisionLog(log), audit.checked)), ["train"])
        place = [str(audit.rows.image_ids[look.row]) for look in queue].index(written[number].image_id)
        assert place <= number - answers + 2  # those judged since, and those that were fetched, came first
    assert written[1].queue == "FiftyOne: to review train (learned from 0 verdicts)"
    order = [look.image_id for look in written]
    following = open_name(page, mongo_workspace)
    for key in ("k", "j"):  # they go through the queue, not through the grid
        before = page.url
        page.keyboard.press(key)
        page.wait_for_function("before => location.href !== before", arg=before)
    assert open_name(page, mongo_workspace) == following
    assert press(page, "z").startswith(f"took back {order[-1]}")
    settle(page)
    assert open_name(page, mongo_workspace) == order[-1]
    assert "keep" in press(page, "f")
    again = decisions(ledger)[-1]
    assert (again.rank, again.drawn) == (written[-1].rank, written[-1].drawn)  # as it was proposed
    settle(page)
    assert open_name(page, mongo_workspace) == following
    pages.close()


def test_one_image_by_key_and_back(page: Page, ledger: Ledger, mongo_workspace: Workspace) -> None:
    opened_s = time.monotonic()
    open_image(page)
    first = page.url
    assert press(page, "3").endswith("relabel street.")
    page.wait_for_url(lambda url: url != first)
    (decision,) = decisions(ledger)
    assert (decision.reviewer, decision.decision, decision.new_labels) == ("ana", "relabel", ("street",))
    assert (decision.source, decision.queue, decision.blind) == ("fiftyone", "FiftyOne: all", False)
    assert decision.looked_s is not None
    assert 0 < decision.looked_s < time.monotonic() - opened_s
    seen = in_dataset(mongo_workspace)[decision.image_id]
    assert (seen["ground_truth.label"], seen["curated.label"], seen["decision"]) == (
        decision.label,
        "street",
        "relabel",
    )
    assert press(page, "z") == f"took back {decision.image_id}: relabel street."
    page.wait_for_url(first)  # the image is open again
    with ledger.reading() as state:
        assert state.images() == []
    seen = in_dataset(mongo_workspace)[decision.image_id]
    assert (seen["curated.label"], seen["decision"], seen["reviewer"]) == (decision.label, None, None)
    assert press(page, "y").startswith("brought back")
    page.keyboard.press("Escape")
    page.locator("[data-cy=tag-decision]").get_by_text("relabel").first.wait_for()  # the grid was drawn again


def test_keys_pressed_fast_never_hit_an_image_twice(page: Page, ledger: Ledger) -> None:
    open_image(page)
    page.evaluate(
        """() => new Promise((done) => {
            let pressed = 0;
            const press = () => { // another verdict on the same image would count
                document.dispatchEvent(new KeyboardEvent("keydown", {key: "fnxu"[pressed % 4], bubbles: true}));
                if (++pressed < 40) setTimeout(press, 20); else done();
            };
            press();
        })"""
    )
    settle(page)
    judged = [decision.image_id for decision in decisions(ledger)]
    order = ledger.rows.image_ids.tolist()
    assert 1 <= len(judged) <= 20  # of 40 keys; those pressed while one is answered, or just after, are left out
    assert judged == order[: len(judged)]  # each once, none skipped


def test_a_key_counts_from_when_it_was_pressed(page: Page, ledger: Ledger) -> None:
    """Drawing an image can keep the page busy for long: it notices then, all at once, that it is open and judged."""
    page.evaluate(
        """() => navigation.addEventListener("currententrychange", function opened() {
            if (!location.search.includes("id=")) return; // no image is open yet
            navigation.removeEventListener("currententrychange", opened);
            const busy = (ms) => { for (const since = performance.now(); performance.now() - since < ms; ); };
            busy(1000);
            const key = new KeyboardEvent("keydown", {key: "f", bubbles: true});
            busy(1000);
            setTimeout(() => document.dispatchEvent(key));
        })"""
    )
    open_image(page)
    expect(page.locator("#errata-said")).to_have_text(re.compile(r"keep forest\.$"))
    (decision,) = decisions(ledger)
    assert decision.looked_s is not None
    assert 0.5 < decision.looked_s < 1.9


def test_from_key_to_next_image(page: Page, ledger: Ledger) -> None:
    """It is seen before FiftyOne has drawn it, and is the one that the next key judges."""
    open_image(page)
    order, steps = ledger.rows.image_ids.tolist(), []
    for number in range(12):
        steps.append(moves_on(page, "fbnxu"[number % 5]))
        expect(page.locator("#errata-next")).to_have_count(0)  # FiftyOne has drawn it
    assert [decision.image_id for decision in decisions(ledger)] == order[:12]
    assert [file.endswith(image_id) for (file, _, _), image_id in zip(steps, order[1:], strict=False)] == [True] * 12
    assert 0 < statistics.median(seen for _, seen, _ in steps) <= statistics.median(is_open for *_, is_open in steps)


def test_the_next_image_is_seen_with_its_labels_and_not_longer_than_it_is_open(page: Page, ledger: Ledger) -> None:
    open_image(page)
    page.evaluate(
        """() => { window.labels = []; new MutationObserver(() => {
            const next = document.getElementById("errata-next");
            if (next) window.labels.push(next.innerText.split("\\n").filter(Boolean));
        }).observe(document.body, {childList: true}); }"""
    )
    page.keyboard.press("f")
    page.wait_for_function("window.labels.length > 0")
    assert page.evaluate("window.labels[0]")[0] == f"given {ledger.rows.classes[int(ledger.rows.labels[1])]}"
    expect(page.locator("#errata-next")).to_have_count(0)


def test_who_leaves_while_a_verdict_is_answered_has_left(page: Page, ledger: Ledger) -> None:
    open_image(page)
    page.locator("[data-cy=modal] canvas[canvas-loaded=true]").wait_for()
    page.evaluate(
        """() => new MutationObserver((_, seen) => {
            if (!document.getElementById("errata-next")) return;
            seen.disconnect(); // the next image is seen, but not open yet
            document.body.dispatchEvent(new KeyboardEvent("keydown", {key: "Escape", code: "Escape", bubbles: true}));
        }).observe(document.body, {childList: true})"""
    )
    assert press(page, "f").endswith("keep forest.")
    page.wait_for_url(lambda url: "id=" not in url)
    settle(page)
    assert "id=" not in page.url
    expect(page.locator("#errata-next")).to_have_count(0)
    assert len(decisions(ledger)) == 1


def test_the_fixed_queue_is_walked_as_in_the_app(
    context: BrowserContext, apps: dict[str, AppServer], ledger: Ledger, audit: Audit
) -> None:
    """Rank, drawn and probability are those of the app's queue, though the page marks nothing."""
    bench = Bench(audit, ledger)
    rows = bench.queue("train", "suspicion").rows[:6]
    wanted = [bench.place(int(row)) for row in rows]
    assert [look.drawn for look in wanted] == [False] * 4 + [True, False]
    pages = opened(context, apps["ana"], "to-review-train-in-fixed-order", 18)
    page = next(pages)
    open_image(page)
    for _ in wanted:
        press(page, "f")
    written = decisions(ledger)
    assert [look.image_id for look in written] == audit.rows.image_ids[rows].tolist()
    assert [(look.rank, look.drawn) for look in written] == [(look.rank, look.drawn) for look in wanted]
    assert [look.inclusion is not None for look in written] == [look.drawn for look in wanted]
    assert {look.queue for look in written} == {"FiftyOne: to review train in fixed order"}
    pages.close()


def open_name(page: Page, workspace: Workspace) -> str:
    """Return the image that is open; empty where none is."""
    (sample_id,) = parse_qs(urlsplit(page.url).query).get("id", [""])
    samples = read_samples(load_dataset(workspace, "errata-keys"), ("image_id",), [sample_id])
    return str(samples[sample_id]["image_id"]) if samples else ""


def test_what_the_app_says_meanwhile_changes_what_comes_next(
    context: BrowserContext, apps: dict[str, AppServer], ledger: Ledger, audit: Audit, mongo_workspace: Workspace
) -> None:
    ledger.decide(Decision("ben", str(audit.rows.image_ids[0]), "keep"))
    ledger.undo("ben")
    pages = opened(context, apps["ana"], "to-review-train", 18)
    page = next(pages)
    open_image(page, 6)  # picked: it counts as not drawn, and the walk goes on at the top
    settle(page)
    queue = [str(audit.rows.image_ids[look.row]) for look in next_looks(Bench(audit, ledger), ["train"])]
    ledger.decide(
        *(Decision("ben", name, "none-of-these", queue="q", rank=rank) for rank, name in enumerate(queue[:4], 1))
    )
    moves_on(page, "n")
    settle(page)
    (picked,) = [look for look in decisions(ledger) if look.reviewer == "ana"]
    assert (picked.rank, picked.drawn, picked.queue) == (None, False, "FiftyOne: to review train")
    assert open_name(page, mongo_workspace) not in [*queue[:4], picked.image_id]
    pages.close()


def test_twelve_at_once(page: Page, ledger: Ledger, mongo_workspace: Workspace) -> None:
    select(page, 12)
    assert press(page, "n").startswith("12 images: none-of-these")
    written = decisions(ledger)
    assert [decision.decision for decision in written] == ["none-of-these"] * 12
    assert len({decision.batch for decision in written}) == 1
    assert {decision.image_id for decision in written} == set(ledger.rows.image_ids.tolist()[:12])
    seen = in_dataset(mongo_workspace)
    assert sum(sample["decision"] == "none-of-these" for sample in seen.values()) == 12
    page.locator("[data-cy=tag-decision]").nth(11).wait_for()  # the grid shows them
    assert press(page, "z").startswith("took back 12 images")
    assert all(sample["decision"] is None for sample in in_dataset(mongo_workspace).values())
    assert press(page, "f").startswith("no image is open or selected")


def test_those_most_like_it(
    context: BrowserContext, apps: dict[str, AppServer], ledger: Ledger, audit: Audit, mongo_workspace: Workspace
) -> None:
    """They are ticked in the grid; one key judges those that stay ticked, and undo takes all of them back."""
    pages = opened(context, apps["ana"], "to-review-train", 18)
    page = next(pages)
    open_image(page)
    assert press(page, "l").startswith("you judged no image yet")
    judged = open_name(page, mongo_workspace)
    moves_on(page, "n")
    settle(page)
    assert len(decisions(ledger)) == 1
    bench, train = Bench(audit, ledger), audit.rows.splits == "train"
    wanted = alike_to(bench, bench.row_of[judged], reviewer="ana", among=train)
    ticked = [str(audit.rows.image_ids[look.row]) for look in wanted if look.probability >= LIKELY]
    assert f"{len(wanted)} images like {judged}: none-of-these; the same verdict fits with" in press(page, "l")
    page.get_by_text(f"{len(wanted)} samples").first.wait_for()
    expect(page.locator("[data-cy=looker] input:checked")).to_have_count(len(ticked))
    settle(page)
    if not ticked:
        select(page, 2)
    assert "none-of-these" in press(page, "n")
    written = decisions(ledger)[1:]
    assert {look.image_id for look in written} <= {str(audit.rows.image_ids[look.row]) for look in wanted}
    assert len(written) == (len(ticked) or 2)
    assert {(look.queue, look.rank, look.drawn) for look in written} == {
        (f"FiftyOne: like {judged} (alike)", None, False)
    }
    page.get_by_text("18 samples").first.wait_for()  # the queue again
    settle(page)
    assert press(page, "z").startswith(f"took back {len(written)} images")
    with ledger.reading() as state:
        assert state.images() == [judged]
    pages.close()


def test_verdicts_given_elsewhere_are_drawn_at_once(
    page: Page, bens_context: BrowserContext, apps: dict[str, AppServer], ledger: Ledger
) -> None:
    """In the app, or by a command: in the pages of both reviewers, without a click; also behind an open image."""
    bens = opened(bens_context, apps["ben"], theme="light")
    other, names = next(bens), ledger.rows.image_ids.tolist()
    pages, badge = (page, other), "[data-cy=tag-decision]"
    ledger.decide(*(Decision("cleo", name, "exclude") for name in names[:12]))
    for shown in pages:
        expect(shown.locator(badge)).to_have_count(12)
        expect(shown.locator("[data-cy=tag-reviewer]").first).to_have_text("cleo")
    ledger.undo("cleo")
    for shown in pages:
        expect(shown.locator(badge)).to_have_count(0)
    open_image(page)
    ledger.decide(Decision("cleo", names[3], "keep"))
    expect(other.locator(badge)).to_have_count(1)
    settle(page)
    page.keyboard.press("Escape")
    expect(page.locator(badge)).to_have_count(1)
    # And the page can be read: chips say what they are, quality has one scale of colours, the theme is the app's.
    given = other.locator("[data-cy=tag-ground_truth]").first
    assert given.evaluate("chip => getComputedStyle(chip, '::before').content") == '"given "'
    worst = other.locator("[data-cy=tag-label_quality]").filter(has_text=re.compile(r"^0\.0")).first
    assert worst.evaluate("chip => chip.style.backgroundColor") == "rgb(163, 38, 42)"
    schemes = [shown.locator("html").get_attribute("data-mui-color-scheme") for shown in pages]
    assert schemes == ["dark", "light"]
    for shown in pages:
        expect(shown.get_by_text("Explore Enterprise").filter(visible=True)).to_have_count(0)
    bens.close()


def test_several_classes(page: Page, ledger: Ledger) -> None:
    """By one key the given class and the one held against it; others are picked in a form, as in the app."""
    open_image(page)
    first = page.url
    for key, verdict in (("m", "multi-label"), ("b", "ambiguous")):
        assert re.search(rf"{verdict} forest / (sea|street)\.$", press(page, key))
        assert press(page, "z").startswith("took back")
        page.wait_for_url(first)
    form = page.get_by_role("dialog").last
    press_until(page, "p", form.get_by_text("Multi-label"))
    form.get_by_text("Multi-label").click()
    execute = form.get_by_role("button", name="Execute")
    for name, enough in (("sea", False), ("street", True)):
        form.get_by_role("combobox").click()
        page.get_by_role("option", name=name, exact=True).click()
        form.get_by_text("Classes, two or more").click()  # closes the list
        expect(execute).to_be_enabled(enabled=enough)
    page.keyboard.press("f")  # means nothing while the form is open
    execute.click()
    page.wait_for_url(lambda url: url != first)
    (decision,) = [entry for entry in decisions(ledger) if not ledger.at(ledger.lines()).undone(entry.id)]
    assert (decision.decision, decision.new_labels) == ("multi-label", ("sea", "street"))


def test_refusals_are_said(page: Page, ledger: Ledger, audit: Audit) -> None:
    open_image(page)
    for key in "?f":  # the sheet of keys, which any key closes without judging
        page.keyboard.press(key)
        expect(page.locator("#errata-keys").get_by_text("Keep the given label")).to_be_visible(visible=key == "?")
    assert press(page, "9").startswith("there is no class 9; there are 3: sea, forest, street")
    path = audit.rows.root / str(audit.rows.image_ids[0])
    original = path.read_bytes()
    path.write_bytes(original + b"\0")
    try:
        assert "was changed since it was scored" in press(page, "f")
    finally:
        path.write_bytes(original)
    assert decisions(ledger) == []
    assert press(page, "f").endswith("keep forest.")


def test_two_reviewers_on_one_image(
    page: Page, bens_context: BrowserContext, apps: dict[str, AppServer], ledger: Ledger, mongo_workspace: Workspace
) -> None:
    bens = opened(bens_context, apps["ben"])
    other = next(bens)
    for opened_page in (page, other):
        open_image(opened_page)
    assert press(page, "3").endswith("relabel street.")
    assert press(other, "f").endswith("keep forest.")
    image_id = str(ledger.rows.image_ids[0])
    assert {entry.reviewer: entry.image_id for entry in decisions(ledger)} == {"ana": image_id, "ben": image_id}
    seen = in_dataset(mongo_workspace)[image_id]
    assert (seen["reviewer"], seen["reviewers_disagree"], seen["decision"]) == (["ana", "ben"], True, None)
    assert press(page, "z").startswith(f"took back {image_id}: relabel street")
    seen = in_dataset(mongo_workspace)[image_id]
    assert (seen["reviewer"], seen["decision"]) == (["ben"], "keep")
    bens.close()


def test_the_panel(page: Page, ledger: Ledger) -> None:
    select(page, 2)
    page.get_by_role("button", name="New panel").first.click()
    page.get_by_text("Review labels").first.click()
    expect(page.get_by_text("2 selected")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.get_by_text("of 12 images judged, 0 by ana")).to_be_visible(timeout=PATIENCE_MS)
    page.get_by_role("button", name="Exclude (X)").click()
    expect(page.get_by_text("of 12 images judged, 2 by ana")).to_be_visible(timeout=PATIENCE_MS)
    assert [decision.decision for decision in decisions(ledger)] == ["exclude", "exclude"]
    page.get_by_role("button", name="Undo (Z)").click()
    expect(page.get_by_text("of 12 images judged, 0 by ana")).to_be_visible(timeout=PATIENCE_MS)


def test_a_label_edited_in_the_annotate_tab(page: Page, ledger: Ledger, mongo_workspace: Workspace) -> None:
    open_image(page)
    page.get_by_text("Annotate", exact=True).click()
    page.get_by_text("forest", exact=True).last.click()
    for key in "fx3":  # they mean what FiftyOne makes of them here
        page.keyboard.press(key)
    settle(page)
    assert decisions(ledger) == []
    with page.expect_response(lambda answer: answer.request.method == "PATCH") as edited:
        page.get_by_role("radio").nth(2).click()
    assert edited.value.status == 200
    wait_for_decisions(ledger, 1)
    (decision,) = decisions(ledger)
    assert (decision.reviewer, decision.new_labels, decision.queue) == ("ana", ("street",), "label edited in FiftyOne")
    assert in_dataset(mongo_workspace)[decision.image_id]["reviewer"] == ["ana"]


def test_a_tag_is_the_decision_of_whose_app_it_was_set_in(
    apps: dict[str, AppServer], ledger: Ledger, mongo_workspace: Workspace
) -> None:
    """Both Apps run: the first to end would otherwise take the tags of both."""
    samples = list(read_samples(load_dataset(mongo_workspace, "errata-keys"), ("image_id",)))
    for number, (name, tag) in enumerate([("ana", "exclude"), ("ben", "keep"), ("ben", "mine")]):
        body = {"dataset": "errata-keys", "view": [], "sample_ids": [samples[number]], "changes": {tag: True}}
        assert ask(apps[name], "/tag", body)[0] == 200
    wait_for_decisions(ledger, 2)
    written = {(entry.reviewer, entry.decision, entry.queue) for entry in decisions(ledger)}
    assert written == {("ana", "exclude", "tagged exclude in FiftyOne"), ("ben", "keep", "tagged keep in FiftyOne")}
    left = read_samples(load_dataset(mongo_workspace, "errata-keys"), ("tags",))
    assert [left[sample_id]["tags"] for sample_id in samples[:3]] == [[], [], ["mine"]]
    write_samples(load_dataset(mongo_workspace, "errata-keys"), {samples[2]: {"tags": []}})


def test_tags_become_decisions_at_the_end(
    apps: dict[str, AppServer], ledger: Ledger, mongo_workspace: Workspace
) -> None:
    dataset = load_dataset(mongo_workspace, "errata-keys")
    first = next(iter(read_samples(dataset, ("image_id",))))
    write_samples(dataset, {first: {"tags": ["exclude"]}})
    assert stop_app(mongo_workspace, apps["ben"].port)
    (decision,) = decisions(ledger)
    assert (decision.reviewer, decision.decision) == ("ben", "exclude")
    assert "keys: tagged exclude in FiftyOne: 1, now in the decision log" in end_of_session(
        mongo_workspace, apps["ben"].port
    )


def test_the_map_is_coloured_by_the_given_label(page: Page) -> None:
    """The last test of this file: the App keeps the panel open for all its pages."""
    page.locator("[data-cy=new-panel-btn]").first.click()
    page.get_by_text("Embeddings").first.click()
    page.get_by_text("efficientnet_lite0_map").first.click()
    expect(page.get_by_text("ground_truth.label").first).to_be_visible()
