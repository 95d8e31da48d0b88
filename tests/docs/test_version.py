"""The version is that of pyproject.toml wherever it is told; the citation and the issue forms are whole."""

import re
import tomllib
from datetime import date
from typing import Any

import pytest
import yaml

from tests.helpers import REPOSITORY

PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CITATION: dict[str, Any] = yaml.safe_load((REPOSITORY / "CITATION.cff").read_text(encoding="utf-8"))
FORMS = sorted((REPOSITORY / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))


def test_changelog_and_citation_tell_the_version() -> None:
    changes = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## (\S+) \((\S+)\)$", changes, re.MULTILINE)
    assert released[0] == (PROJECT["version"], str(CITATION["date-released"]))
    assert CITATION["version"] == PROJECT["version"]
    newest = ".".join(PROJECT["version"].split(".")[:2])
    assert f"| {newest} | yes |" in (REPOSITORY / "SECURITY.md").read_text(encoding="utf-8")


def test_the_citation_has_what_version_1_2_of_its_format_demands() -> None:
    assert {"cff-version", "message", "title", "authors"} <= CITATION.keys()
    assert CITATION["cff-version"] == "1.2.0"
    assert CITATION["type"] in ("software", "dataset")
    assert CITATION["license"] == PROJECT["license"]
    assert isinstance(CITATION["date-released"], date)
    assert all(set(author) == {"name"} for author in CITATION["authors"])  # of an entity, no person
    assert all(isinstance(word, str) for word in CITATION["keywords"])


@pytest.mark.parametrize("path", [path for path in FORMS if path.stem != "config"], ids=lambda path: path.stem)
def test_an_issue_form_asks_for_errata_doctor(path: Any) -> None:
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert all(form[key] for key in ("name", "description", "body"))
    fields = [field for field in form["body"] if field["type"] != "markdown"]
    assert len({field["id"] for field in fields}) == len(fields)
    assert all(field["attributes"]["label"] for field in fields)
    assert [field["id"] for field in fields if "errata doctor" in field["attributes"]["label"]] == ["doctor"]
