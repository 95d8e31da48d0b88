"""The data sets that Errata knows by name: the blocks of datasets.yaml, checked."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from curation.datasets.classes.merges import resolved
from curation.datasets.entries import checked_class
from curation.datasets.packed.source import PackedSource
from curation.datasets.rows import SPLITS
from curation.datasets.tables.columns import ROLES
from models.errors import ErrataError, unknown
from models.files.atomic import checked_name
from models.files.plain_yaml import plain_yaml
from models.images.grey_range import GreyRange

CATALOG = Path(__file__).resolve().parents[2] / "datasets.yaml"
LAYOUTS = ("folder", "csv")


@dataclass(frozen=True)
class DatasetSpec:
    """One data set: where its images lie and what their labels mean."""

    name: str  # becomes a file name
    title: str  # what people see
    layout: str  # "folder" or "csv"
    root: Path  # image_ids are relative to it; absolute when `find_dataset` returns it
    licence: str  # of the images
    source: str  # "embedded:NAME", "kaggle:OWNER/NAME", "torchvision:NAME", or a place where a person gets it
    splits: tuple[str, ...] = ()  # splits that it must have; empty: those of the images
    classes: tuple[str, ...] = ()  # in label order; empty: those of the images, sorted
    other_classes: tuple[str, ...] = ()  # classes in the root that are not part of this data set
    max_train: int | None = None  # training images, drawn by seed in the proportions of the classes; None: all
    image_size: int | None = None  # side, px; None: they differ
    labels_csv: str = "labels.csv"  # in the root, or absolute; layout "csv" only
    merge_classes: tuple[tuple[str, str], ...] = ()  # class, the class that it is read as
    columns: tuple[tuple[str, str], ...] = ()  # (role, column) of the table where their names do not tell
    label_from: str = ""  # regular expression of the label in the names of files; "" = by folders or tables
    grey_range: GreyRange | None = None  # of images of more than 8 bits; None: that which each image uses
    packed: PackedSource | None = None  # the larger files that its images lie in, not in datasets.yaml

    @classmethod
    def from_dict(cls, name: str, block: Any) -> "DatasetSpec":
        """Return the data set that one block of datasets.yaml describes.

        Raises:
            ErrataError: the name is not allowed, the block is not a mapping, or a key is unknown, missing or of
                another type.
        """
        checked_name("data set", name)
        if not isinstance(block, dict):
            raise ErrataError(f"data set {name!r} needs a block of keys and values, not {block!r}")
        for key, value in block.items():
            if key not in _KINDS:
                raise ErrataError(f"data set {name!r}: {unknown('key', str(key), _KINDS)}")
            if type(value) is not _KINDS[key]:  # `is`: YAML's `yes` is a bool, and a bool is an int
                raise ErrataError(f"data set {name!r}: {key} must be {_WORDS[_KINDS[key]]}, not {value!r}")
        missing = [key for key in ("title", "layout", "licence", "source") if key not in block]
        if missing:
            raise ErrataError(f"data set {name!r} has no {', no '.join(missing)}; add it to its block")
        if block["layout"] not in LAYOUTS:
            raise ErrataError(f"data set {name!r}: {unknown('layout', block['layout'], LAYOUTS)}")
        lists: dict[str, Any] = {
            key: _checked_list(name, key, value) for key, value in block.items() if _KINDS[key] is list
        }
        if "merge_classes" in block:
            lists["merge_classes"] = _merges(name, block["merge_classes"])
        columns = tuple((str(role), str(column)) for role, column in block.get("columns", {}).items())
        for role, _ in columns:
            if role not in ROLES:
                raise ErrataError(f"data set {name!r}: {unknown('role of a column', role, ROLES)}")
        return cls(**{**block, **lists, "name": name, "root": Path(block.get("root", name)), "columns": columns})

    @property
    def embedded(self) -> bool:
        """Whether Errata itself makes the images, in the workspace."""
        return self.source.startswith("embedded:")

    @property
    def made_here(self) -> bool:
        """Whether the images are drawn or unpacked into the workspace on their first use."""
        return self.embedded or self.packed is not None


_KINDS: dict[str, type] = {
    **dict.fromkeys(("title", "layout", "root", "licence", "source", "labels_csv", "label_from"), str),
    **dict.fromkeys(("splits", "classes", "other_classes", "grey_range"), list),
    **dict.fromkeys(("max_train", "image_size"), int),
    **dict.fromkeys(("columns", "merge_classes"), dict),
}
_WORDS = {str: "text (in quotes)", list: "a list", int: "a whole number", dict: "a block of keys and values"}


def _merges(name: str, block: dict[Any, Any]) -> tuple[tuple[str, str], ...]:
    """Return class and the class that it is read as, of each line of a block."""
    for value in (*block, *block.values()):
        if not isinstance(value, str):
            raise ErrataError(f"data set {name!r}: {value!r} in merge_classes must be text; put it in quotes")
    try:
        return tuple(resolved(block).items())
    except ErrataError as error:
        raise ErrataError(f"data set {name!r}: {error}") from error


def _checked_list(name: str, key: str, values: list[Any]) -> Any:
    return _grey_range(name, values) if key == "grey_range" else _texts(name, key, values)


def _grey_range(name: str, values: list[Any]) -> GreyRange:
    """Return the grey range of a block, checked."""
    if len(values) == 2 and all(type(value) in (int, float) for value in values):  # a bool is an int
        with suppress(ValueError, OverflowError):
            return GreyRange(float(values[0]), float(values[1]))
    raise ErrataError(
        f"data set {name!r}: grey_range must be two numbers, that of black and the higher one of white, as "
        f"[0, 4095], not {values!r}"
    )


def _texts(name: str, key: str, values: list[Any]) -> tuple[str, ...]:
    """Return the entries of a list of names, checked."""
    for value in values:
        if not isinstance(value, str):
            raise ErrataError(f"data set {name!r}: {value!r} in {key} must be text; put it in quotes")
        if key == "splits" and value not in SPLITS:
            raise ErrataError(f"data set {name!r}: {unknown('split', value, SPLITS)}")
    names = tuple(checked_class(value) for value in values)
    if len(set(names)) < len(names):
        raise ErrataError(f"data set {name!r} has a name twice in {key}; remove one")
    return names


def load_catalog(path: Path | None = None) -> dict[str, DatasetSpec]:
    """Return name -> data set, in the order of the file; roots as written there.

    Args:
        path: the catalogue; by default datasets.yaml of the repository.

    Raises:
        ErrataError: the file is missing, no YAML, no mapping, or a block of it is wrong.
    """
    path = path or CATALOG
    try:
        blocks = _parsed(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ErrataError(f"cannot read the catalogue {path}: {error.strerror}; restore it") from error
    except UnicodeDecodeError as error:
        raise ErrataError(f"{path} is no YAML ({error}); correct it") from error
    except ErrataError as error:
        raise ErrataError(f"{path} {error}") from error
    if not isinstance(blocks, dict):
        raise ErrataError(f"{path} must map the name of each data set to its block")
    try:
        specs = {str(name): DatasetSpec.from_dict(str(name), block) for name, block in blocks.items()}
        _check_grey_ranges(specs)
        return specs
    except ErrataError as error:
        raise ErrataError(f"{path}: {error}") from error


def _check_grey_ranges(specs: Mapping[str, DatasetSpec]) -> None:
    """Refuse two grey ranges for the same files."""
    first: dict[tuple[bool, Path], DatasetSpec] = {}
    for spec in specs.values():
        if spec.grey_range:
            before = first.setdefault((spec.embedded, spec.root), spec)
            if before.grey_range != spec.grey_range:
                raise ErrataError(
                    f"data sets {before.name!r} and {spec.name!r} have the same folder and another grey_range: "
                    f"{before.grey_range} and {spec.grey_range}; keep one"
                )


@lru_cache(maxsize=2)
def _parsed(text: str) -> Any:
    """Return the content of the YAML, which must not be changed; cached, since the app reads it with each click."""
    return plain_yaml(text)
