"""Images inside larger files: written once as files with their labels, or refused in a sentence."""

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from PIL import Image
from pyarrow import parquet

from curation.datasets.finding import find_dataset
from curation.datasets.opening import choose_columns, open_dataset
from curation.datasets.packed import torchvision_sets
from curation.datasets.packed.images import Packed, PackedImage, suffix_of, write_images
from curation.datasets.packed.source import packed_source
from curation.workspace.folders import Workspace
from models.errors import ErrataError


def picture(kind: str = "PNG", shade: int = 0) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), (shade, 90, 90)).save(buffer, kind)
    return buffer.getvalue()


def rows_of(name: str | Path, workspace: Workspace) -> tuple[dict[str, tuple[str, str]], tuple[str, ...]]:
    """Return image_id -> (label, split), and the notices."""
    _, rows = open_dataset(str(name), workspace, 0)
    labels = [rows.classes[label] for label in rows.labels]
    return dict(zip(rows.image_ids.tolist(), zip(labels, rows.splits.tolist(), strict=True), strict=True)), rows.notices


def hf_table(path: Path, labels: list[Any], names: list[str], column: str = "label", stream: bool = False) -> None:
    images = [{"bytes": picture(shade=n), "path": f"pic {n}.png"} for n in range(len(labels))]
    features = {"image": {"_type": "Image"}, column: {"_type": "ClassLabel", "names": names}}
    description = {"info": {"features": features}}
    table = pyarrow.table({"image": images, column: labels, "note": ["x"] * len(labels)})
    table = table.replace_schema_metadata({"huggingface": json.dumps(description)} if names else {})
    path.parent.mkdir(parents=True, exist_ok=True)
    if stream:
        (path.parent / "dataset_info.json").write_text(json.dumps({"features": features}))
        with pyarrow.ipc.new_stream(str(path), table.schema) as writer:
            writer.write_table(table)
    else:
        parquet.write_table(table, path)


def tar(path: Path, files: dict[str, bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def test_parquet_files_as_the_hub_has_them(workspace: Workspace, tmp_path: Path) -> None:
    hf_table(tmp_path / "pets/data/train-00000-of-00001.parquet", [0, 1, 1], ["cat", "dog"])
    hf_table(tmp_path / "pets/data/validation-00000-of-00001.parquet", [1, 0, -1], ["cat", "dog"])
    labels, notices = rows_of(tmp_path / "pets", workspace)
    assert labels == {
        "train/pic_0.png": ("cat", "train"),
        "train/pic_1.png": ("dog", "train"),
        "train/pic_2.png": ("dog", "train"),
        "val/pic_0.png": ("dog", "val"),
        "val/pic_1.png": ("cat", "val"),
    }
    assert notices == ("1 image without a label is left out",)
    spec = find_dataset(str(tmp_path / "pets"), workspace)
    assert (spec.root / "val/pic_1.png").read_bytes() == picture(shade=1)
    assert find_dataset(f"hf:{tmp_path / 'pets'}", workspace) == spec


def test_a_saved_data_set(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved/dataset_dict.json").write_text('{"splits": ["train", "test", "unsupervised"]}')
    for split in ("train", "test", "unsupervised"):
        hf_table(tmp_path / f"saved/{split}/data-00000-of-00001.arrow", [0, 1], ["cat", "dog"], stream=True)
        state = {"_data_files": [{"filename": "data-00000-of-00001.arrow"}]}
        (tmp_path / f"saved/{split}/state.json").write_text(json.dumps(state))
    labels, notices = rows_of(tmp_path / "saved", workspace)
    assert sorted(labels.values()) == [("cat", "test"), ("cat", "train"), ("dog", "test"), ("dog", "train")]
    assert notices == ("saved: unsupervised names no split and is left out",)


def test_columns_of_a_parquet_table(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "pets.parquet"
    hf_table(path, [0, 1, 0], ["cat", "dog"], column="breed")
    labels, notices = rows_of(path, workspace)
    assert [label for label, _ in labels.values()] == ["cat", "dog", "cat"]
    assert notices == ("pets.parquet: label is the column breed",)
    hf_table(path, ["cat", "dog", "cat"], [], column="kind")
    with pytest.raises(ErrataError, match=r"its labels in no column .* image, kind, note.* --columns label=NAME"):
        open_dataset(str(path), workspace, 0)
    choose_columns(str(path), {"label": "kind"}, workspace)
    assert [label for label, _ in rows_of(path, workspace)[0].values()] == ["cat", "dog", "cat"]


def test_web_datasets(workspace: Workspace, tmp_path: Path) -> None:
    for split, numbers in (("train", range(4)), ("test", range(4, 6))):
        files: dict[str, bytes] = {}
        for n in numbers:
            files |= {f"deep/{n}.jpg": picture("JPEG", n), f"deep/{n}.cls": str(n % 2).encode(), f"deep/{n}.txt": b"x"}
        tar(tmp_path / f"shards/pets-{split}-000000.tar", files)
    (tmp_path / "shards/classes.txt").write_text("cat\ndog\n")
    labels, notices = rows_of(tmp_path / "shards", workspace)
    assert labels["train/1.jpg"] == ("dog", "train")
    assert labels["test/4.jpg"] == ("cat", "test")
    assert notices == ("shards: numbers are read as the classes of classes.txt",)
    files = {}
    for n in range(4):
        label = {"label": n % 2, "class_name": ["cat", "dog"][n % 2]}
        files |= {f"{n}.png": picture(shade=n), f"{n}.json": json.dumps(label).encode()}
    one = tar(tmp_path / "one.tar", files)
    assert {label for label, _ in rows_of(one, workspace)[0].values()} == {"cat", "dog"}


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"../a.jpg": picture("JPEG"), "../a.cls": b"0"}, r"'\.\./a\.jpg', which leads out of its folder"),
        ({"/a.jpg": picture("JPEG"), "/a.cls": b"0"}, "leads out of its folder"),
        ({"cat/a.jpg": picture("JPEG")}, "cat/a has no label file .* after it is unpacked"),
        ({"a.jpg": picture("JPEG"), "a.json": b'{"caption": "x"}'}, r"a.json has no label \(its keys: caption\)"),
        ({"a.jpg": picture("JPEG"), "a.json": b'{"label": [1, 2]}'}, "several labels"),
        ({"a.jpg": picture("JPEG"), "a.json": b"{"}, "a.json cannot be read"),
        ({"a.jpg": picture("JPEG"), "a.png": picture(), "a.cls": b"1"}, r"a has 2 images \(jpg, png\); keep one"),
        ({"a.jpg": picture("JPEG"), "a.cls": b"-1"}, "no image with a label"),
    ],
)
def test_tars_that_are_refused_leave_nothing(
    workspace: Workspace, tmp_path: Path, files: dict[str, bytes], sentence: str
) -> None:
    path = tar(tmp_path / "x.tar", files)
    with pytest.raises(ErrataError, match=sentence):
        open_dataset(str(path), workspace, 0)
    assert not [file for file in workspace.unpacked.rglob("*") if file.is_file()]


def test_a_damaged_tar(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(b"no tar at all" * 100)
    with pytest.raises(ErrataError, match="cannot be read as a tar"):
        open_dataset(str(tmp_path / "x.tar"), workspace, 0)


class Part:
    """A split as torchvision's data sets are."""

    classes = ("cat", "dog/wolf")

    def __len__(self) -> int:
        return 4

    def __getitem__(self, number: int) -> tuple[Image.Image, int]:
        return Image.new("L", (8, 8), number), number % 2


def test_a_data_set_of_torchvision(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def opened(name: str, root: Path, options: dict[str, Any]) -> Part:
        assert (name, root) == ("FashionMNIST", tmp_path)
        if not options["train"]:
            raise RuntimeError("Dataset not found.\nYou can use download=True")
        return Part()

    monkeypatch.setattr(torchvision_sets, "_opened", opened)
    labels, notices = rows_of(f"torchvision:FashionMNIST@{tmp_path}", workspace)
    assert labels["train/000001.png"] == ("dog-wolf", "train")
    assert notices == (f"FashionMNIST: the split test is not in {tmp_path} and is left out",)
    with pytest.raises(ErrataError, match="no data set of torchvision 'FashionMnist'; did you mean 'FashionMNIST'"):
        find_dataset("torchvision:FashionMnist", workspace)


def test_names_of_images_stay_apart(tmp_path: Path) -> None:
    images = [PackedImage(name, picture("JPEG"), "cat", "") for name in ("a/x.png", "b/X.jpg", "..", "", "c:\\é?.jpg")]
    write_images(Packed(iter(images)), tmp_path / "out")
    names = sorted(path.name for path in (tmp_path / "out/images").iterdir())
    assert names == ["000002.jpg", "000003.jpg", "X-000001.jpg", "x.jpg", "é.jpg"]
    assert [suffix_of(picture(kind)) for kind in ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF")] == [
        *("png", "jpg", "gif", "bmp", "webp", "tif")
    ]


def test_what_is_no_packed_data_set(tmp_path: Path) -> None:
    hf_table(tmp_path / "meta/metadata.parquet", [0, 1], ["cat", "dog"])
    (tmp_path / "meta/cat").mkdir()
    (tmp_path / "meta/cat/1.jpg").touch()  # images lie here as files: the table beside them is something else
    assert packed_source(str(tmp_path / "meta")) is None
    assert packed_source("scenes") is None
    parquet.write_table(pyarrow.table({"filepath": ["a.jpg"], "label": ["cat"]}), tmp_path / "labels.parquet")
    assert packed_source(str(tmp_path / "labels.parquet")) is None
    for text in ("hf:/no/such/place", f"webdataset:{tmp_path / 'meta'}"):
        with pytest.raises(ErrataError, match="check the path"):
            packed_source(text)
