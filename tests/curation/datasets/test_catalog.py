"""The catalogue, the paths beside it, and the rows they lead to."""

import subprocess
import sys
from pathlib import Path

import pytest

from curation.datasets.catalog import CATALOG, DatasetSpec, load_catalog
from curation.datasets.finding import find_dataset
from curation.datasets.opening import choose_columns
from curation.datasets.read_rows import read_rows
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.files.atomic import checked_name
from tests.helpers.nobody import folder_of_nobody

BLOCK = {"title": "Pets", "layout": "folder", "licence": "CC0", "source": "kaggle:a/b"}
SCENES = ["buildings", "forest", "glacier", "mountain", "sea", "street"]


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("ERRATA_DATA", str(tmp_path / "data"))
    return Workspace(tmp_path / "workspace")


def plant(root: Path, *folders: str, count: int = 1) -> None:
    for folder in folders:
        (root / folder).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            (root / folder / f"{number:04d}.jpg").touch()


# The repository's own datasets.yaml


def test_every_data_set_of_the_issue_is_there() -> None:
    catalog = load_catalog()
    assert list(catalog) == [
        "scenes", "digits", "intel", "intel-glacier-mountain", "cifar10", "landmarks", "landmarks-target",
    ]  # fmt: skip
    assert [name for name, spec in catalog.items() if spec.embedded] == ["scenes", "digits"]
    assert catalog["intel"].classes == catalog["scenes"].classes == tuple(SCENES)
    assert [len(spec.classes) for spec in catalog.values()] == [6, 10, 6, 2, 10, 8, 0]
    for spec in catalog.values():
        assert spec.title
        assert spec.licence
        assert not spec.root.is_absolute()


def test_light_import() -> None:
    heavy = ("torch", "fiftyone", "pandas", "sklearn", "scipy", "cleanlab", "umap", "cv2", "kagglehub")
    modules = "curation.datasets.catalog, curation.datasets.fetch"
    code = f"import sys, {modules}; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=CATALOG.parent)
    assert done.stdout.strip() == "[]"


# Blocks and files


def test_from_dict_fills_in_the_rest() -> None:
    spec = DatasetSpec.from_dict("pets", BLOCK)
    assert spec == DatasetSpec("pets", "Pets", "folder", Path("pets"), "CC0", "kaggle:a/b")
    assert (spec.splits, spec.classes, spec.max_train, spec.image_size) == ((), (), None, None)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"clases": ["a"]}, r"data set 'pets': no key 'clases'; did you mean 'classes'\?"),
        ({"layout": "foldr"}, r"data set 'pets': no layout 'foldr'; did you mean 'folder'\?"),
        ({"splits": ["trian"]}, r"no split 'trian'; did you mean 'train'\?"),
        ({"classes": "cat, dog"}, "classes must be a list, not 'cat, dog'"),
        ({"classes": ["cat", 0]}, "0 in classes must be text; put it in quotes"),
        ({"classes": ["cat", "cat"]}, "has a name twice in classes"),
        ({"classes": ["cat", "../dog"]}, "class '../dog' is not a name"),
        ({"image_size": "32"}, "image_size must be a whole number, not '32'"),
        ({"max_train": True}, "max_train must be a whole number, not True"),
        ({"title": 7}, r"title must be text \(in quotes\), not 7"),
        ({3: "x"}, "no key '3'"),
    ],
)
def test_bad_blocks(change: dict[object, object], sentence: str) -> None:
    with pytest.raises(ErrataError, match=sentence):
        DatasetSpec.from_dict("pets", {**BLOCK, **change})


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "must map the name of each data set to its block"),
        ("- scenes\n- digits\n", "must map the name"),
        ("pets: [1, 2\n", "is no YAML .*; correct it"),
        ("pets: !!python/object/apply:os.getcwd []\n", "is no YAML"),
        ("pets: 3\n", "data set 'pets' needs a block of keys and values, not 3"),
        ("pets: {title: Pets}\n", "data set 'pets' has no layout, no licence, no source; add it"),
        ("Pets and more: {}\n", "data set 'Pets and more' is not a name"),
        ("pets: {titel: Pets}\n", r"datasets\.yaml: data set 'pets': no key 'titel'; did you mean 'title'"),
    ],
)
def test_bad_catalogues(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "datasets.yaml"
    path.write_text(text)
    with pytest.raises(ErrataError, match=sentence):
        load_catalog(path)


def test_a_changed_catalogue_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "datasets.yaml"
    for name in ("pets", "birds", "pets"):
        path.write_text(f"{name}: {{title: A, layout: folder, licence: none, source: mine}}\n")
        assert list(load_catalog(path)) == [name]


def test_catalogue_missing_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(ErrataError, match=r"cannot read the catalogue .*: No such file"):
        load_catalog(tmp_path / "datasets.yaml")
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\xff")
    with pytest.raises(ErrataError, match=r"is no YAML"):
        load_catalog(tmp_path / "bytes.yaml")


# Finding


def test_where_named_data_sets_lie(workspace: Workspace, tmp_path: Path) -> None:
    assert find_dataset("scenes", workspace).root == workspace.drawn / "scenes"
    assert find_dataset("intel", workspace).root == tmp_path / "data/intel"
    assert find_dataset("intel-glacier-mountain", workspace).root == tmp_path / "data/intel"


@pytest.mark.parametrize(
    ("folder", "name"),
    [("My Pets (2024)", "my-pets-2024"), ("Café", "cafe"), ("x" * 90, "x" * 40), ("_a_", "a"), ("A.b", "a-b")],
)
def test_the_name_of_a_folder(workspace: Workspace, tmp_path: Path, folder: str, name: str) -> None:
    (tmp_path / folder).mkdir()
    spec = find_dataset(str(tmp_path / folder), workspace)
    assert (spec.name, spec.title, spec.layout, spec.root) == (name, folder, "folder", tmp_path / folder)
    assert checked_name("data set", spec.name) == name


@pytest.mark.parametrize("folder", ["scenes", "Intel", "写真"])
def test_a_folder_named_like_a_data_set_or_unspeakable(workspace: Workspace, tmp_path: Path, folder: str) -> None:
    names = []
    for parent in ("a", "b"):
        (tmp_path / parent / folder).mkdir(parents=True)
        names.append(find_dataset(str(tmp_path / parent / folder), workspace).name)
    assert names[0] != names[1]
    assert not set(names) & set(load_catalog())
    assert all(checked_name("data set", name) for name in names)


def test_relative_paths_and_links(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path / "scenes", "train/cat", "train/dog")
    (tmp_path / "pets").symlink_to("scenes")
    monkeypatch.chdir(tmp_path)
    assert find_dataset("scenes", workspace).embedded
    assert find_dataset("./scenes", workspace).root == tmp_path / "scenes"
    assert find_dataset("pets", workspace).name == "pets"
    assert len(read_rows(find_dataset("pets", workspace))) == 2
    monkeypatch.chdir(tmp_path / "scenes" / "train")
    assert find_dataset("..", workspace).root == tmp_path / "scenes"


def test_a_csv(workspace: Workspace, tmp_path: Path) -> None:
    plant(tmp_path, "pets", count=4)
    lines = [f"{number:04d}.jpg,{'cat' if number % 2 else 'dog'}" for number in range(4)]
    (tmp_path / "pets/Round 2.csv").write_text("\n".join(["filepath,label", *lines]))
    spec = find_dataset(str(tmp_path / "pets/Round 2.csv"), workspace)
    assert (spec.name, spec.title, spec.layout) == ("pets-round-2", "pets/Round 2.csv", "csv")
    rows = read_rows(spec)
    assert rows.image_ids.tolist() == ["0000.jpg", "0001.jpg", "0002.jpg", "0003.jpg"]
    assert [rows.classes[label] for label in rows.labels] == ["dog", "cat", "dog", "cat"]
    assert all(path.is_file() for path in rows.paths)


def test_no_name_is_not_the_folder_one_stands_in(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("", " "):
        with pytest.raises(
            ErrataError, match=r"the data set has no name; give an image folder, a CSV or one of .*scenes"
        ):
            find_dataset(name, workspace)


def test_unknown_names_and_paths(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(ErrataError, match=r"no data set 'scene'; did you mean 'scenes'\? \(choices: .*intel"):
        find_dataset("scene", workspace)
    with pytest.raises(ErrataError, match=r"no image folder or CSV at .*/nowhere; check the path"):
        find_dataset(str(tmp_path / "nowhere"), workspace)
    with pytest.raises(ErrataError, match=r"no image folder or CSV at .*/labels.csv"):
        find_dataset("labels.csv", workspace)
    (tmp_path / "photo.jpg").touch()
    (tmp_path / "list.xlsx").touch()
    with pytest.raises(ErrataError, match=r"list\.xlsx is neither .*; save the table as CSV"):
        find_dataset(str(tmp_path / "list.xlsx"), workspace)
    with pytest.raises(ErrataError, match=r"photo\.jpg is neither an image folder nor a CSV; name one, or a data"):
        find_dataset(str(tmp_path / "photo.jpg"), workspace)
    with pytest.raises(ErrataError, match=r"cannot read .*: File name too long; check the path"):
        find_dataset("x" * 5000, workspace)


def test_no_permission(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    catalog = load_catalog()  # nobody may be unable to read the repository's
    monkeypatch.setattr("curation.datasets.finding.load_catalog", lambda: catalog)
    with folder_of_nobody() as folder:
        (folder / "locked/pets").mkdir(parents=True)
        (folder / "locked").chmod(0)
        with pytest.raises(ErrataError, match=f"cannot read {folder}/locked/pets: Permission denied"):
            find_dataset(str(folder / "locked/pets"), workspace)


# Reading


@pytest.mark.parametrize("train", ["train", "seg_train/seg_train"])
def test_intel_in_both_layouts(workspace: Workspace, tmp_path: Path, train: str) -> None:
    root = tmp_path / "data/intel"
    test = train.replace("train", "test")
    plant(root, *(f"{split}/{name}" for split in (train, test) for name in SCENES), count=2)
    plant(root, "seg_pred/seg_pred")
    rows = read_rows(find_dataset("intel", workspace))
    assert len(rows) == 24
    assert rows.image_ids[0] == f"{test}/buildings/0000.jpg"
    assert rows.classes == tuple(SCENES)


def test_the_subset_of_two_classes(workspace: Workspace, tmp_path: Path) -> None:
    root = tmp_path / "data/intel"
    plant(root, "train/glacier", "train/sea", "test/glacier", "test/mountain", "test/sea", count=300)
    plant(root, "train/mountain", count=900)
    spec = find_dataset("intel-glacier-mountain", workspace)
    rows = read_rows(spec, seed=1)
    train = rows.splits == "train"
    assert rows.classes == ("glacier", "mountain")
    assert [int((rows.labels[train] == k).sum()) for k in (0, 1)] == [250, 750]
    assert int((~train).sum()) == 600
    assert (rows.image_ids == read_rows(spec, seed=1).image_ids).all()
    assert (rows.image_ids != read_rows(spec, seed=2).image_ids).any()


def test_cifar10_with_a_label_table(workspace: Workspace, tmp_path: Path) -> None:
    """The mixed layout; `clean_label` is the truth and must never get in."""
    root = tmp_path / "data/cifar10"
    classes = load_catalog()["cifar10"].classes
    plant(root, *(f"test/{name}" for name in classes))
    plant(root, "train", count=10)
    lines = [f"train/{number:04d}.jpg,{name},{classes[0]}" for number, name in enumerate(classes)]
    (root / "train_labels.csv").write_text("\n".join(["filepath,label,clean_label", *lines]))
    rows = read_rows(find_dataset("cifar10", workspace))
    train = rows.splits == "train"
    assert rows.labels[train].tolist() == list(range(10))
    assert rows.labels[~train].tolist() == list(range(10))


def test_a_table_may_not_name_images_of_another_split(workspace: Workspace, tmp_path: Path) -> None:
    root = tmp_path / "pets"
    plant(root, "test/cat", "test/dog")
    (root / "train_labels.csv").write_text("filepath,label\ntest/cat/0000.jpg,cat\n")
    with pytest.raises(ErrataError, match=r"named in two splits \(test and train\): test/cat/0000.jpg"):
        read_rows(find_dataset(str(root), workspace))


def test_landmarks_in_the_order_of_the_catalogue(workspace: Workspace, tmp_path: Path) -> None:
    classes = load_catalog()["landmarks"].classes
    plant(tmp_path / "data/landmarks", *classes, count=5)
    rows = read_rows(find_dataset("landmarks", workspace))
    assert rows.classes == classes
    assert "Museu Nacional d'Art de Catalunya" in classes
    assert int((rows.splits == "test").sum()) == 8


def test_a_root_that_is_not_there(workspace: Workspace, tmp_path: Path) -> None:
    sentence = f"data set 'intel' is not at {tmp_path}/data/intel: run `errata fetch intel`, or set ERRATA_DATA"
    with pytest.raises(ErrataError, match=sentence):
        read_rows(find_dataset("intel", workspace))
    with pytest.raises(ErrataError, match=r"'scenes' is not at .*: run `errata fetch scenes`$"):
        read_rows(find_dataset("scenes", workspace))


def test_a_folder_without_an_image(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(ErrataError, match=r"no image in .*; expected SPLIT/CLASS"):
        read_rows(find_dataset(str(tmp_path), workspace))


def test_a_required_split_is_missing(workspace: Workspace, tmp_path: Path) -> None:
    plant(tmp_path / "data/intel", *(f"train/{name}" for name in SCENES))
    with pytest.raises(ErrataError, match=r"data set 'intel' has no test images in .*; add test/CLASS"):
        read_rows(find_dataset("intel", workspace))


def test_a_folder_outside_the_class_list(workspace: Workspace, tmp_path: Path) -> None:
    plant(tmp_path / "data/intel", *(f"train/{name}" for name in [*SCENES, "glaciers"]))
    with pytest.raises(ErrataError, match=r"no class 'glaciers'; did you mean 'glacier'\?"):
        read_rows(find_dataset("intel", workspace))


def test_a_table_with_names_for_its_numbers_and_columns(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(tmp_path / "data/pets", "images", count=4)
    table = tmp_path / "data/pets/list.tsv"
    table.write_text("pic\tkind\n" + "".join(f"{n:04d}.jpg\t{n % 2}\n" for n in range(4)))
    block = {**BLOCK, "layout": "csv", "labels_csv": "list.tsv", "classes": ["dog", "cat"]}
    spec = DatasetSpec.from_dict("pets", {**block, "columns": {"filepath": "pic", "label": "kind"}})
    monkeypatch.setattr("curation.datasets.finding.load_catalog", lambda: {"pets": spec})
    rows = read_rows(find_dataset("pets", workspace))
    assert rows.classes == ("dog", "cat")
    assert rows.labels.tolist() == [0, 1, 0, 1]
    assert rows.image_ids[3] == "images/0003.jpg"
    assert rows.notices[-1] == "labels 0, 1, … are read as the classes of pets in datasets.yaml: dog, cat, …"
    with pytest.raises(ErrataError, match="no role of a column 'path'"):
        DatasetSpec.from_dict("pets", {**block, "columns": {"path": "pic"}})


def test_columns_that_were_named_are_kept(workspace: Workspace, tmp_path: Path) -> None:
    workspace.root.mkdir()
    plant(tmp_path / "pets", "images", count=4)
    table = tmp_path / "pets/list.csv"
    table.write_text("A,B,C\n" + "".join(f"{n:04d}.jpg,{n % 2},{n}\n" for n in range(4)))
    with pytest.raises(ErrataError, match=r"no column label .* --columns label=NAME"):
        read_rows(find_dataset(str(table), workspace))
    with pytest.raises(ErrataError, match="no column 'D'"):
        choose_columns(str(table), {"label": "D"}, workspace)
    choose_columns(str(table), {"label": "B"}, workspace)
    assert read_rows(find_dataset(str(table), workspace)).classes == ("0", "1")
    with pytest.raises(ErrataError, match="is no table"):
        choose_columns(str(tmp_path / "pets"), {"label": "B"}, workspace)
