"""The data set that a person names: one of datasets.yaml, or an image folder, table or packed data set at a path."""

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from curation.datasets.catalog import DatasetSpec, load_catalog
from curation.datasets.classes.merges import noted_merges
from curation.datasets.packed.images import TABLE
from curation.datasets.packed.source import HF, PACKED_FILES, PREFIXES, PackedSource, packed_source
from curation.datasets.tables.chosen_columns import LABEL_FROM, columns_of
from curation.datasets.tables.image_root import images_of
from curation.datasets.tables.reading import SUFFIXES
from curation.workspace.folders import Workspace, data_root
from curation.workspace.names import audit_folder
from curation.workspace.run_files import read_config
from models.errors import ErrataError, unknown
from models.files.atomic import digest

_OTHER_TABLES = (".xlsx", ".xls", ".ods", ".feather", ".arrow", ".pkl", ".pickle", ".h5", ".mat", ".npz", ".sqlite")


def find_dataset(name_or_path: str, workspace: Workspace, merges: Mapping[str, str] | None = None) -> DatasetSpec:
    """Return the data set of that name, or the image folder, table or packed data set at that path, its root absolute.

    A name of the catalogue comes first; `./scenes` is a folder of that name. Embedded data sets lie in the workspace,
    all others under ERRATA_DATA; their images may still be missing (see `curation.datasets.fetch`).

    Args:
        name_or_path: the name, path or packed data set.
        workspace: where embedded data sets lie, and what people noted of classes.
        merges: class -> the class that it is read as, in place of those noted in the workspace.

    Raises:
        ErrataError: neither a name of the catalogue nor an image folder nor a table nor a packed data set.
    """
    spec = _found(name_or_path, workspace)
    noted = noted_merges(workspace, spec.name) if merges is None else merges
    return replace(spec, merge_classes=tuple({**dict(spec.merge_classes), **noted}.items())) if noted else spec


def _found(name_or_path: str, workspace: Workspace) -> DatasetSpec:
    """Return the data set as it is known without what people noted of its classes in this workspace."""
    catalog = load_catalog()
    if name_or_path in catalog:
        spec = catalog[name_or_path]
        root = (workspace.drawn if spec.embedded else data_root()) / spec.root
        packed = packed_source(str(root)) if root.suffix.lower() == ".zip" else None
        if packed:
            root = workspace.unpacked / digest(packed.key())[:8] / spec.name
        return replace(spec, root=root, packed=packed)
    if not name_or_path.strip():  # an unset variable of the shell; it does not mean the current folder
        raise ErrataError(f"the data set has no name; give an image folder, a CSV or one of {', '.join(catalog)}")
    given = Path(name_or_path.removeprefix(HF)).expanduser()
    path = Path(os.path.abspath(given))  # noqa: PTH100 - resolves `..`, keeps links
    if name_or_path.startswith(PREFIXES) or is_dir(path) or path.name.lower().endswith(PACKED_FILES):
        packed = packed_source(name_or_path)
        if packed:
            return _packed_in(packed, catalog, workspace)
    if is_dir(path):
        return _at_path(path, "", catalog, workspace)
    if path.is_file() and path.suffix.lower() in SUFFIXES:
        return _at_path(path, path.name, catalog, workspace)
    raise _not_readable(name_or_path, path, catalog)


def _not_readable(name: str, path: Path, catalog: Iterable[str]) -> ErrataError:
    """Return the error for a name that is no data set, and a path at which there is none."""
    known = ", ".join(catalog)
    if path.is_file() and path.suffix.lower() in _OTHER_TABLES:
        return ErrataError(
            f"{path} is neither an image folder nor a CSV; save the table as CSV ({', '.join(SUFFIXES)} are read)"
        )
    if path.is_file():
        return ErrataError(f"{path} is neither an image folder nor a CSV; name one, or a data set: {known}")
    if "/" in name or path.suffix.lower() == ".csv":
        return ErrataError(f"no image folder or CSV at {path}; check the path, or name a data set: {known}")
    return unknown("data set", name, catalog)


def is_dir(path: Path) -> bool:
    """Return whether a folder is there.

    Raises:
        ErrataError: it cannot be told.
    """
    try:
        return path.is_dir()
    except OSError as error:
        raise ErrataError(f"cannot read {path}: {error.strerror}; check the path and its permissions") from error


def _at_path(path: Path, labels_csv: str, taken: Iterable[str], workspace: Workspace) -> DatasetSpec:
    """Return the data set of an image folder, or of the CSV `labels_csv` in it."""
    root = images_of(path) if labels_csv else path
    title = f"{root.name}/{labels_csv}" if labels_csv else root.name
    plain = _plain_name(title.removesuffix(path.suffix) if labels_csv else title)
    source = os.path.realpath(path)  # two links to one folder are one data set
    name = unique_name(plain, source, workspace, taken)
    layout = "csv" if labels_csv else "folder"
    if labels_csv and root != path.parent:
        labels_csv = str(path)
    if plain and name != plain:
        title = f"{title} ({root})"  # tells it from another data set of that name
    columns = columns_of(workspace, source)
    label_from = dict(columns).get(LABEL_FROM, "")
    columns = tuple(each for each in columns if each[0] != LABEL_FROM)
    return DatasetSpec(
        name,
        title,
        layout,
        root,
        "not stated",
        source,
        labels_csv=labels_csv or "labels.csv",
        columns=columns,
        label_from=label_from,
    )


def _packed_in(packed: PackedSource, taken: Iterable[str], workspace: Workspace) -> DatasetSpec:
    """Return the data set inside larger files; its root is where its images are unpacked on the first use."""
    name = unique_name(_plain_name(packed.title), packed.source, workspace, taken)
    columns = columns_of(workspace, packed.source)
    root = workspace.unpacked / digest(packed.key(), columns)[:8] / name
    source = packed.source
    layout = "folder" if packed.is_tree else "csv"
    return DatasetSpec(
        name, packed.title, layout, root, "not stated", source, labels_csv=TABLE, columns=columns, packed=packed
    )


def _plain_name(title: str) -> str:
    """Return a title as the beginning of a file name."""
    ascii_name = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    # 40 of the 64 characters that a name may have: names of runs add to it.
    return re.sub(r"[^a-z0-9_]+", "-", ascii_name.lower())[:40].strip("-_")


def source_of(workspace: Workspace, name: str) -> str | None:
    """Return what the audit of that name read: a path, `fiftyone:…` or a source of the catalogue; None = no audit.

    Raises:
        ErrataError: `name` is not allowed, or the audit's config.json is damaged.
    """
    source = read_config(audit_folder(workspace, name)).get("source")
    return str(source) if source else None


def unique_name(plain: str, source: str, workspace: Workspace, taken: Iterable[str] = ()) -> str:
    """Return the name of a source: `plain` for the first source of that name in this workspace, else with a digest.

    Args:
        plain: the name without a digest, at most 55 characters.
        source: identifies the source.
        workspace: names of its audits are taken.
        taken: names that no source gets.

    Raises:
        ErrataError: as `source_of`.
    """
    mark = hashlib.sha256(os.fsencode(source)).hexdigest()[:8]
    longer = f"{plain or 'dataset'}-{mark}"
    if not plain or plain in taken or source_of(workspace, longer) == source:
        return longer
    return plain if source_of(workspace, plain) in (None, source) else longer
