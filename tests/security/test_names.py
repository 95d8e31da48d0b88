"""Names of classes, files and reviewers that strangers chose, through every screen, command, table and report."""

import ast
import csv
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from app.page import SCREENS
from curation.datasets.rows import Rows
from curation.decisions.decision import Decision
from curation.decisions.ledger import open_ledger
from curation.words import COMMANDING
from curation.workspace.folders import Workspace
from tests.helpers import REPOSITORY, small_audit
from tests.helpers.app_driver import show
from tests.helpers.reliability import record
from tests.helpers.typed_command import exit_code

pytestmark = pytest.mark.faults
PICTURE, TAG = "![x](https://evil.example/a.png)", "<img src=x onerror=hit()>"
CLASSES = (PICTURE, TAG, "=cmd()\"'\x1b[2J\u202egnp\r\nnext")
FILE = "test/street/\x1b]0;x\x07![x](https:evil)<b>=cmd()\u202e\r\n" + "é" * 100 + ".png"  # 245 bytes
REVIEWER = f"{PICTURE[:40]}"
LETTER_FOR_LETTER = re.compile(r' (alt|data-[a-z]+)="[^"]*"')  # attributes that scripts read
FORMULA = ("=", "+", "-", "@", "\t", "\r")

# Elements whose text is Markdown, and what stands in braces in their sentences without an escape: words of ours,
# numbers, and names that cannot hold Markdown (versions, splits, recipes: a-z, 0-9, _ and -).
MARKDOWN = {
    "markdown", "caption", "write", "title", "header", "subheader", "info", "warning", "error", "success", "toast",
    "button", "link_button", "download_button", "popover", "expander", "checkbox", "toggle", "metric", "badge",
}  # fmt: skip
ESCAPES = {
    "plain",
    "sentence",
    "code",
    "command",
    "counted",
    "len",
    "file_size",
    "estimate_words",
    "since",
    "labels_name",
}
OURS = {
    "VERDICTS[verdict.decision].button", "read", "KEPT", "MORE", "purpose", "text", "told", "used", "rest", "takes",
    "typed", "written", "kind", "product", "job_state.state", "back", "what", "which", "images", "name.lower()",
    "old", "new", "newest", "version", "chosen.name", "sitting.split", "' and '.join((plan.title for plan in plans))",
    "FORMATS[str(kind)].summary", "advice.format(base=f'**{plain(base)}**')",
}  # fmt: skip


def in_sentences(file: Path) -> Iterator[tuple[int, ast.expr]]:
    """Yield what stands in braces in the Markdown of a screen, with its line."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
            continue
        if node.func.attr in MARKDOWN and isinstance(node.args[0], ast.JoinedStr):
            values = [part for part in node.args[0].values if isinstance(part, ast.FormattedValue)]
            yield from ((node.lineno, part.value) for part in values if part.format_spec is None)
        assert all(keyword.arg != "unsafe_allow_html" for keyword in node.keywords), (file, node.lineno)


def is_escaped(value: ast.expr) -> bool:
    if isinstance(value, ast.IfExp):
        return is_escaped(value.body) and is_escaped(value.orelse)
    if isinstance(value, ast.JoinedStr):
        return all(is_escaped(part.value) for part in value.values if isinstance(part, ast.FormattedValue))
    if isinstance(value, ast.Call):
        name = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
        return name in ESCAPES or ast.unparse(value) in OURS
    return isinstance(value, ast.Constant) or ast.unparse(value) in OURS


def test_names_in_markdown_are_escaped() -> None:
    found = [
        f"{file.relative_to(REPOSITORY)}:{line}: {ast.unparse(value)}"
        for file in sorted((REPOSITORY / "app").rglob("*.py"))
        for line, value in in_sentences(file)
        if not is_escaped(value)
    ]
    assert found == []


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """The app's workspace with an audit of hostile names, one image judged by a reviewer with such a name."""
    home = tmp_path_factory.mktemp("home")
    draw = small_audit._draw_images

    def renamed(folder: Path) -> Rows:
        rows = draw(folder)
        (folder / small_audit.CONFUSED).rename(folder / FILE)
        names = [FILE if name == small_audit.CONFUSED else name for name in rows.image_ids.tolist()]
        return replace(rows, classes=CLASSES, image_ids=np.array(names))

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ERRATA_HOME", str(home))
        patch.setenv("ERRATA_DATA", str(home / "none"))
        patch.setattr("app.jobs.worker.start_background", lambda *arguments: None)
        patch.setattr(small_audit, "_draw_images", renamed)
        patch.setattr(small_audit, "_truth", lambda name: 2 if name == FILE else truth(name))
        audit = small_audit.small_audit(Workspace.from_environment(), cams=0)
        ledger = open_ledger(Workspace.from_environment(), audit.name)
        ledger.decide(Decision(REVIEWER, FILE, "relabel", new_labels=(PICTURE,)))
        yield Workspace.from_environment()


truth = small_audit._truth


def texts_of(app: AppTest) -> Iterator[tuple[bool, str]]:
    """Yield every text of a screen, and whether Streamlit renders it as Markdown; else it is HTML of ours."""
    waiting = list(app._tree.children.values())
    while waiting:
        block = waiting.pop()
        waiting += list(getattr(block, "children", {}).values())
        proto = getattr(block, "proto", None)
        for name in ("body", "label", "help"):
            text = getattr(proto, name, "")
            if isinstance(text, str) and not text.startswith(("<style", "<script")):
                yield getattr(block, "type", "") != "html", text
        yield from ((True, option.content) for option in getattr(proto, "options", ()) if hasattr(option, "content"))


@pytest.mark.parametrize("screen", SCREENS)
def test_no_screen_shows_a_name_as_markdown_or_html(hostile: Workspace, screen: str) -> None:
    app = show(screen=screen, reviewer="ana", image=FILE, split="test")
    for is_markdown, text in texts_of(app):
        assert "![x](" not in text or not is_markdown, text
        assert "<img src=x" not in text.replace("\\<", ""), text
        assert not COMMANDING.search(LETTER_FOR_LETTER.sub("", text)), (is_markdown, text)
    record("Hostile names", "a screen of the app on hostile names", 1, "shown letter for letter")


EXPORTS = ("imagefolder", "csv", "fiftyone", "huggingface")
COMMANDS = (
    "issues tiny", "issues tiny --json", "issues tiny --csv {out}/issues.csv", "decisions tiny",
    "decisions tiny --json", "decisions tiny --csv {out}/decisions.csv", "split tiny --version v1", "splits tiny",
    "diff tiny original v1", "diff tiny original v1 --json",
    "diff tiny original v1 --csv {out}/diff.csv", "runs", "selections tiny", "queue",
    "sheet tiny --version v1 --csv {out}/sheet.csv --html {out}/sheet.html --json {out}/sheet.json",
    "report tiny --html {out}/report.html --json {out}/report.json",
    *(f"export tiny --version v1 --format {name} --output {{out}}/{name}" for name in EXPORTS),
    "issues nosuch", "audit \x1b[2J", "split tiny --version \x1b[2J", "diff tiny \x1b[2J v1",
)  # fmt: skip


def test_no_command_lets_a_name_command_the_terminal(
    hostile: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refused: list[str] = []
    for typed in COMMANDS:
        code = exit_code(*(word.replace("{out}", str(tmp_path)) for word in typed.split(" ")))
        written = capsys.readouterr()
        assert code in (0, 2), (typed, written.err)
        assert not COMMANDING.search(written.out + written.err), typed
        refused += [f"{typed}: {written.err}"] if code else []
    assert len(refused) == 4, refused
    tables = [file for file in tmp_path.rglob("*.csv") if file.parent == tmp_path]
    assert len(tables) == 4
    cells = 0
    for file in tables:
        with file.open(encoding="utf-8-sig", newline="") as opened:
            rows = list(csv.reader(opened))
        assert len({len(row) for row in rows}) == 1, file
        numbers = [cell for row in rows for cell in row if cell.startswith(FORMULA)]
        assert all(cell.replace(".", "").lstrip("-").isdigit() for cell in numbers), (file, numbers)
        cells += sum(map(len, rows))
    files = 0
    for file in tmp_path.rglob("*"):
        if file.is_file() and file.suffix in (".html", ".json", ".jsonl", ".csv", ".txt", ".md", ".yaml"):
            text = file.read_text(encoding="utf-8", errors="replace")
            assert str(hostile.root) not in text, file
            assert str(tmp_path) not in text, file
            assert TAG not in text or file.suffix != ".html", file
            assert not COMMANDING.search(text) or file.suffix != ".html", file
            files += 1
    with (tmp_path / "csv" / "labels.csv").open(encoding="utf-8-sig", newline="") as opened:
        labels = list(csv.DictReader(opened))
    assert {line["given_label"] for line in labels} == set(CLASSES)  # letter for letter, carriage returns too
    record("Hostile names", "a command on hostile names", len(COMMANDS), "nothing commands the terminal")
    record("Hostile names", "a report, sheet or export", files, "no tag, no path of this machine")
    record("Hostile names", "a cell of a table for people", cells, "no formula")
