"""Pages of the site that are made from the program: the commands, the FiftyOne fields, and the files beside docs/."""

import re
import tempfile
from pathlib import Path
from typing import Any

from typer.main import get_command
from typer.testing import CliRunner

from app.cli import COMMANDS, app
from curation.database.documents import Column
from curation.in_fiftyone.audit_fields import audit_columns
from curation.in_fiftyone.mirror import FIELDS
from curation.in_fiftyone.review_views import ORDER_FIELDS
from curation.workspace.folders import Workspace

_ROOT = Path(__file__).parents[1]
_BESIDE = ("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")


def commands_page() -> str:
    """Return the help of every command as Markdown."""
    help_of = {name: CliRunner().invoke(app, [name, "--help"], terminal_width=100).output for name in _names()}
    return "# Commands\n\n" + "".join(
        f"## errata {name}\n\n```text\n{text.strip()}\n```\n\n" for name, text in help_of.items()
    )


def _names() -> list[str]:
    return list(get_command(app).commands)  # type: ignore[attr-defined]


def fields_page() -> str:
    """Return the fields that an audit and a review give to a FiftyOne dataset as Markdown."""
    from tests.helpers.small_audit import small_audit

    with tempfile.TemporaryDirectory() as folder:
        columns = audit_columns(small_audit(Workspace(Path(folder))))
    review = {name: text for name, (_, text) in (FIELDS | ORDER_FIELDS).items()}
    return (
        "# FiftyOne fields\n\nThe dataset of an audit is called `errata-NAME`. Where a field's name holds `tiny_a`, that stands for an architecture.\n\n"
        "## Of every audit\n\n" + _table({column.name: column.description for column in columns})
        + "\n## Of a review\n\n" + _table(review)
    )


def _table(fields: dict[str, str]) -> str:
    lines = [f"| `{name}` | {text} |" for name, text in fields.items() if text]
    return "\n".join(["| field | what it holds |", "|---|---|", *lines, ""])


def beside(name: str) -> str:
    """Return a page that lies beside docs/ with its links as they are from docs/."""
    text = (_ROOT / name).read_text(encoding="utf-8")
    return re.sub(r"\]\(docs/", "](", text)
