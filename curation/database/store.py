"""FiftyOne datasets: fields and bulk reads. People look here; the truth is kept in files."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from curation.database.answering import answering
from curation.database.documents import Column, Labels, insert
from curation.database.names import label_of
from curation.database.ownership import check_owner, owner_of
from curation.database.start import configure_fiftyone
from curation.palette import PALETTE
from curation.workspace.folders import Workspace
from models.arrays import FloatArray
from models.errors import ErrataError, unknown

_MOST_BUTTONS, _MOST_LISTED = 20, 1000  # classes that stand as buttons, and that FiftyOne lists
OPEN_GROUP = "label"  # of the sidebar: about eight fields, all other groups are folded


def connect(workspace: Workspace) -> Any:
    """Return the fiftyone module, connected to the workspace's database.

    Raises:
        ErrataError: MongoDB is missing or does not start.
    """
    configure_fiftyone(workspace)
    import fiftyone

    return fiftyone


@contextmanager
def replacing(
    workspace: Workspace, name: str, paths: Sequence[Path], columns: Sequence[Column], classes: Sequence[str]
) -> Iterator[Any]:
    """Yield a new dataset with these fields, for more to be added; at the end it replaces the dataset of that name.

    Until then it has another name, so that a killed process leaves the old dataset whole.

    Args:
        workspace: its database.
        name: of the dataset.
        paths: N images.
        columns: the fields, N values each.
        classes: the labels, in order.

    Raises:
        ErrataError: MongoDB is missing, does not start, or dies meanwhile; or the dataset of that name is of another
            workspace that shares the server.
    """
    owner = owner_of(workspace)
    building = "-".join([name, "building", *([owner["workspace"]] if owner else [])])
    with answering():
        fo = connect(workspace)
        if fo.dataset_exists(name):
            check_owner(workspace, fo.load_dataset(name))
        if fo.dataset_exists(building):  # left by a process that was killed
            fo.delete_dataset(building)
        dataset = fo.Dataset(building, persistent=True)  # else the next client that disconnects deletes it
        insert(fo, dataset, paths, columns)
        dataset.default_classes = list(classes)
        _describe(fo, dataset, columns, classes)
        yield dataset
        if fo.dataset_exists(name):
            fo.delete_dataset(name)
        dataset.name = name
        dataset.save()


def _describe(fo: Any, dataset: Any, columns: Sequence[Column], classes: Sequence[str]) -> None:
    """Give the fields their descriptions, indexes, place in the sidebar and colours."""
    from fiftyone.core.odm.dataset import ActiveFields

    written = [column for column in columns if dataset.has_field(column.name)]
    for column in written:
        field = dataset.get_field(column.name)
        field.description = column.description
        field.save()
        if column.index:
            dataset.create_index(label_of(column.name) if isinstance(column.values, Labels) else column.name)
    groups: dict[str, list[str]] = {}
    for column in written:
        groups.setdefault(column.group, []).append(column.name)
    groups.setdefault("other", []).extend(["id", "filepath", "tags", "metadata", "created_at", "last_modified_at"])
    dataset.app_config.sidebar_groups = [
        fo.SidebarGroupDocument(name=group, paths=paths, expanded=group == OPEN_GROUP)
        for group, paths in {**groups, "tags": [], "metadata": []}.items()  # the last two are FiftyOne's
    ]
    dataset.app_config.active_fields = ActiveFields(paths=[c.name for c in written if c.shown], exclude=False)
    colours = [{"value": name, "color": PALETTE[place % len(PALETTE)]} for place, name in enumerate([*classes])]
    dataset.app_config.color_scheme = fo.ColorScheme(
        color_by="value",
        color_pool=list(PALETTE),
        fields=[
            {"path": column.name, "colorByAttribute": "label", "valueColors": colours}
            for column in written
            if isinstance(column.values, Labels)
        ],
    )
    dataset.save()


def protect(dataset: Any, field: str) -> None:
    """Let nobody edit the labels of a field in the App (with the whole field read-only, its Annotate tab hangs)."""
    label = dataset.get_field(label_of(field))
    label.read_only = True
    label.save()


def declare(dataset: Any, group: str, fields: Mapping[str, tuple[str, str]], shown: Sequence[str] = ()) -> None:
    """Add the fields that the dataset lacks, without values, and show them in a group of the sidebar.

    Args:
        dataset: gets the fields.
        group: name of the group: they become its first fields; a new group becomes the second one, and is folded.
        fields: name -> kind (text, texts, time, truth or whole) and description.
        shown: fields to tick, new or not.
    """
    missing = {name: definition for name, definition in fields.items() if not dataset.has_field(name)}
    if not missing:
        return
    import fiftyone as fo

    kinds: dict[str, dict[str, Any]] = {
        "text": {"ftype": fo.StringField},
        "texts": {"ftype": fo.ListField, "subfield": fo.StringField},
        "time": {"ftype": fo.DateTimeField},
        "truth": {"ftype": fo.BooleanField},
        "whole": {"ftype": fo.IntField},
    }
    for name, (kind, description) in missing.items():
        dataset.add_sample_field(name, **kinds[kind], description=description)
        dataset.create_index(name)
    groups = list(dataset.app_config.sidebar_groups or [])
    known = next((shown_group for shown_group in groups if shown_group.name == group), None)
    if known is None:
        known = fo.SidebarGroupDocument(name=group, paths=[], expanded=group == OPEN_GROUP)
        groups.insert(1, known)
    known.paths = [*fields, *(path for path in known.paths if path not in fields)]
    dataset.app_config.sidebar_groups = groups
    active = dataset.app_config.active_fields
    if active is not None:
        active.paths = [*active.paths, *(name for name in shown if name not in active.paths)]
    dataset.save()


def allow_editing(dataset: Any, field: str, classes: Sequence[str]) -> None:
    """Let people choose among the classes for this classification field in the App's Annotate tab, for no other.

    Many classes are a list that can be searched; beyond what FiftyOne takes, the name is typed.
    """
    identity = {"name": "id", "type": "id", "component": "text", "read_only": True}
    choice: dict[str, Any] = {"type": "classification", "component": "text", "attributes": [identity]}
    if len(classes) <= _MOST_LISTED:
        component = "radio" if len(classes) <= _MOST_BUTTONS else "dropdown"
        choice |= {"component": component, "classes": list(classes)}
    dataset.set_label_schemas({field: choice})
    dataset.active_label_schemas = [field]


def add_map(dataset: Any, points: FloatArray, key: str, embeddings: str) -> None:
    """Record a two-dimensional projection, shape (N, 2), for the App's embeddings panel."""
    import fiftyone.brain as fob

    fob.compute_visualization(
        dataset, points=points, embeddings=embeddings, brain_key=key, method="manual", create_index=False, verbose=False
    )


def evaluate(dataset: Any, prediction: str, given: str, key: str, classes: Sequence[str]) -> None:
    """Compare the predictions of a field with the given labels, for the App's evaluation panel."""
    dataset.evaluate_classifications(
        prediction, gt_field=given, eval_key=key, classes=list(classes), method="simple", progress=False
    )
    for group in dataset.app_config.sidebar_groups:
        if prediction in group.paths:
            group.paths.append(key)  # the field that says which images are right, beside the prediction
    dataset.save()


@answering()
def dataset_exists(workspace: Workspace, name: str) -> bool:
    """Return whether the database has a dataset of that name."""
    return bool(connect(workspace).dataset_exists(name))


@answering()
def dataset_identity(workspace: Workspace, name: str) -> str:
    """Return what tells a dataset from another one that had or gets its name; empty where there is no dataset."""
    connect(workspace)
    from fiftyone.core.odm import get_db_conn

    document = get_db_conn()["datasets"].find_one({"name": name}, {"_id": True})
    return str(document["_id"]) if document else ""


@answering()
def load_dataset(workspace: Workspace, name: str) -> Any:
    """Return the dataset with its present fields.

    Raises:
        ErrataError: there is no dataset of that name, or another workspace that shares the server wrote it.
    """
    fo = connect(workspace)
    if not fo.dataset_exists(name):
        have = ", ".join(fo.list_datasets()) or "none"
        raise ErrataError(f"FiftyOne has no dataset {name!r} (it has: {have}); check the name")
    dataset = fo.load_dataset(name, reload=True)
    check_owner(workspace, dataset)
    return dataset


@answering()
def check_classification(dataset: Any, field: str) -> None:
    """Raise if the dataset has no classification field of that name.

    Raises:
        ErrataError: it has none; the message names its classification fields.
    """
    from fiftyone import Classification

    fields = dataset.get_field_schema(embedded_doc_type=Classification)
    if field not in fields:
        raise unknown(f"classification field in FiftyOne dataset {dataset.name!r}:", field, fields)


OWN_FIELDS = ("id", "filepath", "created_at", "last_modified_at", "tags", "metadata")  # of every sample


@answering()
def field_kinds(dataset: Any) -> dict[str, str]:
    """Return field -> what it holds: the name of a label type, as Classification, else `text` or what FiftyOne says."""
    from fiftyone import EmbeddedDocumentField, StringField

    kinds = {}
    for name, field in dataset.get_field_schema().items():
        if isinstance(field, EmbeddedDocumentField):
            kinds[name] = field.document_type.__name__
        else:
            kinds[name] = "text" if isinstance(field, StringField) else type(field).__name__.removesuffix("Field")
    return kinds


@answering()
def read_values(dataset: Any, fields: Sequence[str]) -> list[list[Any]]:
    """Return the values of several fields: a list for each, one value a sample, None where a field does not exist."""
    known = [field for field in fields if dataset.has_field(field.split(".")[0])]
    values = dict(zip(known, dataset.values(known), strict=True)) if known else {}
    return [values.get(field, [None] * len(dataset)) for field in fields]
