"""The reference of FiftyOne fields and saved views, made of what a small drawn audit writes."""

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from curation.database.views import View
from curation.images.problems import CHECKS, ImageProblems
from curation.in_fiftyone.audit_fields import audit_columns
from curation.in_fiftyone.audit_views import audit_views
from curation.in_fiftyone.mirror import FIELDS
from curation.in_fiftyone.part import Part, part_columns, part_views
from curation.in_fiftyone.review_views import ORDER_FIELDS, review_views
from curation.results.audit import Audit
from curation.workspace.folders import Workspace
from tests.helpers.small_audit import small_audit

_NETWORK = "NETWORK"
_TITLE = """# FiftyOne fields

`errata audit NAME` writes the FiftyOne dataset `errata-NAME`. Its fields are groups of FiftyOne's sidebar; a field
without values is left out. `errata rebuild NAME` writes the dataset again from the workspace. In Python the names are
constants and functions of `curation.database.names`.
"""
_OF_NETWORKS = """
## Of each network

`NETWORK` stands for the name of an architecture, as `efficientnet_lite0`. Of an architecture with features, the
embeddings panel has the map `NETWORK_map`; the evaluation of its predictions is `eval_NETWORK`.
"""
_VIEWS = """
## Saved views

Views without images are left out; `errata review` opens `to review test`.
"""


def fields_page() -> str:
    """Return the page: the fields by their group, those of each network, and the saved views."""
    with tempfile.TemporaryDirectory() as folder:
        audit = _with_all(small_audit(Workspace(Path(folder)), cams=1))
        fields, views = list(_fields(audit)), [*_audit_views(audit), *review_views(("test", "train"))]
    common = [field for field in fields if not field[1].startswith(_NETWORK)]
    groups = dict.fromkeys(group for group, _, _ in common)
    sections = [_section(group, [field[1:] for field in common if field[0] == group]) for group in groups]
    of_network = [field[1:] for field in fields if field[1].startswith(_NETWORK)]
    shown = ((view.name, view.description) for view in views)
    return "\n".join([_TITLE, *sections, _OF_NETWORKS, _table(of_network), _VIEWS, _table(shown)])


def _with_all(audit: Audit) -> Audit:
    """Return the audit as if all pictures failed each check and were copies: views without images are not made."""
    shape = (len(audit.rows), len(CHECKS))
    problems = ImageProblems(np.zeros(shape, np.float32), np.ones(shape, bool))
    twins = replace(audit.duplicates, groups=np.zeros(len(audit.rows), np.int64))
    return replace(audit, problems=problems, duplicates=twins)


def _fields(audit: Audit) -> Iterator[tuple[str, str, str]]:
    """Yield group, name and description of every field; of the networks only the first, by the name NETWORK."""
    first, *others = [architecture.slug for architecture in audit.architectures]
    for column in [*audit_columns(audit), *part_columns(_a_part(audit))]:
        if not column.name.startswith(tuple(others)):
            yield column.group, column.name.replace(first, _NETWORK), column.description.replace(first, _NETWORK)
    for name, (_, description) in {**FIELDS, **ORDER_FIELDS}.items():
        yield "review", name, description


def _audit_views(audit: Audit) -> list[View]:
    """Return the views of an audit of which FiftyOne has a part."""
    return [*audit_views(audit), *part_views(_a_part(audit))]


def _a_part(audit: Audit) -> Part:
    """Return a part of the images, as FiftyOne gets of large audits."""
    rows = np.arange(len(audit.rows) // 2)
    return Part(rows, rows % 2 == 0, 0, len(audit.rows))


def _section(group: str, fields: Iterable[tuple[str, str]]) -> str:
    return f"\n## Group {group}\n\n{_table(fields)}"


def _table(rows: Iterable[tuple[str, str]]) -> str:
    """Return names and what they hold as a table."""
    lines = [f"| `{name}` | {text.replace('|', ' ')} |" for name, text in rows]
    return "\n".join(["| | |", "| --- | --- |", *lines])
