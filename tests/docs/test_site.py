"""The documentation as a site: it builds, all its links lead somewhere, and it loads nothing from other hosts."""

import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from app.cli import COMMANDS
from curation.database import names
from docs.site.commands import commands_page
from docs.site.fields import fields_page
from docs.site.hook import notebook_page, of_site

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr  # strict: also where a link or an anchor leads nowhere
    return folder


def test_every_link_and_picture_of_the_site_is_there(site: Path) -> None:
    for page in site.rglob("*.html"):
        for target in re.findall(r'(?:href|src)="([^"]*)"', page.read_text(encoding="utf-8")):
            link = urlsplit(target)
            if link.scheme in ("http", "https", "mailto") or not link.path or page.name == "404.html":
                continue
            assert (page.parent / unquote(link.path)).resolve().is_file(), f"{page.name} → {target}"


def test_nothing_is_loaded_from_other_hosts(site: Path) -> None:
    loaded = r'<(?:script|img|iframe)[^>]*src="https?:|<link[^>]*href="https?:'
    assert [page.name for page in site.rglob("*.html") if re.search(loaded, page.read_text(encoding="utf-8"))] == []


def test_all_documents_are_pages(site: Path) -> None:
    documents = [path.relative_to(ROOT / "docs").with_suffix(".html") for path in (ROOT / "docs").rglob("*.md")]
    made = map(Path, ("index.html", "commands.html", "fields.html", "notebooks/tour.html", "adr/index.html"))
    assert [str(page) for page in [*documents, *made] if not (site / page).is_file()] == []


def test_the_reference_has_every_command_with_its_options() -> None:
    sections = dict(re.findall(r"## errata (\w+)\n(.*?)(?=\n## |\Z)", commands_page(), re.DOTALL))
    assert list(sections) == [command.__name__ for command in COMMANDS]
    assert "| `--max-errors <str>` |" in sections["check"]
    assert "0&lt;=x" in sections["audit"]  # no tag


def test_the_reference_has_every_field_and_view() -> None:
    told = set(re.findall(r"^\| `(.+?)` \|", fields_page(), re.MULTILINE))
    fields = {value for name, value in vars(names).items() if name.isupper() and isinstance(value, str)}
    of_networks = {f"NETWORK{end}" for end in ("", "_label_quality", "_suggested_label", "_cam_given", "_emb")}
    assert told >= of_networks | {names.to_review_view("test"), "verdict relabel", "blurry_score"}
    assert fields - told - {"errata-"} == set()


def test_links_from_beside_the_folder_become_links_of_the_site() -> None:
    assert of_site("[a](docs/how-to/x.md) [b](docs/adr) ![c](docs/pictures/c.png)") == (
        "[a](how-to/x.md) [b](adr/index.md) ![c](pictures/c.png)"
    )
    assert of_site("[a](CONTRIBUTING.md) [b](https://example.org/docs/x)") == (
        "[a](CONTRIBUTING.md) [b](https://example.org/docs/x)"
    )


def test_a_notebook_becomes_text_and_blocks(tmp_path: Path) -> None:
    notebook = tmp_path / "a.ipynb"
    notebook.write_text(
        '{"cells": [{"cell_type": "markdown", "source": ["# T"]}, {"cell_type": "code", "source": ["x = 1\\n"]}]}'
    )
    assert notebook_page(notebook) == "# T\n\n```python\nx = 1\n```"
