"""The columns that a person named for a table, kept in the workspace: the table is read by them from then on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from curation.workspace.folders import Workspace
from models.files.atomic import write_json
from models.files.locks import locked
from models.files.schemas import read_as

LABEL_FROM = "label_from"  # beside the roles: of a folder, the regular expression of the label in the files' names
_PATIENCE_S = 10.0


@dataclass(frozen=True)
class _Columns:
    """What columns.json says."""

    tables: dict[str, dict[str, str]] = field(default_factory=dict)  # source -> role -> column


def _read(workspace: Workspace) -> _Columns:
    return read_as(workspace.columns, _Columns, "delete it and name the columns of your tables again", newest=1)


def columns_of(workspace: Workspace, source: str) -> tuple[tuple[str, str], ...]:
    """Return (role, column) of the columns that were named for a table; () = none.

    Args:
        workspace: keeps them.
        source: the path of the table, links resolved, or the source of a packed data set.

    Raises:
        ErrataError: columns.json is damaged.
    """
    if not workspace.columns.is_file():
        return ()
    return tuple(sorted(_read(workspace).tables.get(source, {}).items()))


def note_columns(workspace: Workspace, source: str, columns: Mapping[str, str]) -> None:
    """Keep the columns that were named for a table, in place of those before.

    Raises:
        ErrataError: columns.json is damaged or cannot be written.
    """
    workspace.root.mkdir(parents=True, exist_ok=True)
    with locked(workspace.columns.with_suffix(".lock"), _PATIENCE_S):
        tables = _read(workspace).tables if workspace.columns.is_file() else {}
        write_json(workspace.columns, {"schema_version": 1, "tables": {**tables, source: dict(columns)}})
