"""What mkdocs calls: the pages that are made of the code and of the files beside README.md.

See `mkdocs.yml`; `make docs` builds the site. Links between the files of the repository become links of the site.
"""

import json
import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

from docs.site.commands import commands_page
from docs.site.fields import fields_page

_TEXTS = {"README.md": "index.md", **{name: name for name in ("CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")}}
_DECISIONS = "adr"
_NOTEBOOK = Path("notebooks/tour.ipynb")


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that no file of the folder holds."""
    docs = Path(config.docs_dir)
    pages = {
        "commands.md": commands_page(),
        "fields.md": fields_page(),
        f"{_DECISIONS}/index.md": decisions_page(docs / _DECISIONS),
        _NOTEBOOK.with_suffix(".md").as_posix(): notebook_page(docs / _NOTEBOOK),
        **{page: of_site((docs.parent / name).read_text(encoding="utf-8")) for name, page in _TEXTS.items()},
    }
    for path, text in pages.items():
        files.append(File.generated(config, path, content=text))
    return files


def of_site(text: str) -> str:
    """Return a text that stands beside `docs/`, its links and pictures as the site has them."""
    return re.sub(r"\]\(docs/([^)]*)\)", lambda link: f"]({_page(link[1])})", text)


def _page(target: str) -> str:
    """Return the page of a link into `docs/`; that of a folder is its index."""
    return target if Path(target).suffix else f"{target.rstrip('/')}/index.md"


def decisions_page(folder: Path) -> str:
    """Return the list of design decisions, each by its first line."""
    titles = {path.name: path.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ") for path in folder.iterdir()}
    lines = [f"- [{title}]({name})" for name, title in sorted(titles.items())]
    return "\n".join(["# Design decisions", "", *lines, ""])


def notebook_page(notebook: Path) -> str:
    """Return the cells of a notebook as a page: text as it is, code as blocks."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    texts = [(cell["cell_type"], "".join(cell["source"]).strip()) for cell in cells]
    return "\n\n".join(f"```python\n{text}\n```" if kind == "code" else text for kind, text in texts)
