"""WebDataset tars: samples of files that share a name, an image and its label."""

import json
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from curation.datasets.packed.images import Packed, PackedImage
from curation.datasets.split_words import split_of
from curation.datasets.tables.class_names import names_beside
from curation.datasets.tables.columns import LABELS
from curation.datasets.tables.grid import plain
from curation.datasets.tables.image_names import is_image_name
from models.errors import ErrataError

_LABEL_FILES = ("cls", "class", "label", "json", "txt")  # the first of them that a sample has gives its label
TARS = (".tar", ".tar.gz", ".tgz")
_LARGEST = 200 * 10**6  # bytes of a file in a tar
_Sample = dict[str, bytes]  # suffix -> content


def tars_of(path: Path) -> list[Path]:
    """Return the tars of a folder, also of its folders, or the tar itself."""
    if path.is_file():
        return [path] if path.name.lower().endswith(TARS) else []
    return sorted(
        file for end in TARS for pattern in ("*", "*/*") for file in path.glob(pattern + end) if file.is_file()
    )


def read_web_dataset(path: Path) -> Packed:
    """Return the images of the tars; the split of each is its name's or its folder's.

    A label stands in `.cls`, as a number or a name, in `.json` under a key such as `label`, or in `.txt`. Nothing is
    unpickled. Numbers become names where a list of them lies beside the tars.

    Raises:
        ErrataError: a tar is damaged, names a place outside, or holds an image without a label file.
    """
    tars = tars_of(path)
    folder = path if path.is_dir() else path.parent
    source, names = names_beside(folder)
    notices = [f"{path.name}: numbers are read as the classes of {source}"] if names else []
    known = {tar: _split(tar, folder) for tar in tars}
    if any(known.values()) and not all(known.values()):
        left = [tar.name for tar in tars if not known[tar]]
        notices.append(f"{path.name}: {', '.join(left[:3])} names no split and is left out")
        tars = [tar for tar in tars if known[tar]]
    images = (
        image._replace(label=names.get(int(image.label), image.label) if image.label.isdigit() else image.label)
        for tar in tars
        for image in _images(tar, known[tar])
    )
    return Packed(images, 0, notices)


def _split(tar: Path, folder: Path) -> str:
    """Return the split that the name of a tar or its folder says: `pets-train-000012.tar`; "" = none."""
    inside = tar.parent.name if tar.parent != folder else ""
    words = [word for name in (tar.stem, inside) for word in (name, *re.split(r"[-_.]", name))]
    return next((split for word in words if word and (split := split_of(word))), "")


def _images(tar: Path, split: str) -> Iterator[PackedImage]:
    for key, sample in _samples(tar):
        images = [suffix for suffix in sample if is_image_name(f"x.{suffix.rpartition('.')[2]}")]
        if not images:
            continue
        main = [suffix for suffix in images if "." not in suffix] or images  # not `seg.png` beside `jpg`
        if len(main) > 1:
            raise ErrataError(f"{tar}: {key} has {len(main)} images ({', '.join(main)}); keep one in each sample")
        label = next((file for file in _LABEL_FILES if file in sample), None)
        if label is None:
            raise ErrataError(
                f"{tar}: {key} has no label file ({', '.join(_LABEL_FILES)}); a tar of class folders is read after it "
                "is unpacked"
            )
        yield PackedImage(f"{key}.{main[0]}", sample[main[0]], _label(tar, key, label, sample[label]), split)


def _samples(tar: Path) -> Iterator[tuple[str, _Sample]]:
    """Yield the name and the files of each sample; files of a sample stand next to each other."""
    key = ""
    sample: _Sample = {}
    try:
        with tarfile.open(tar) as archive:
            for member in archive:
                path = PurePosixPath(member.name)
                if path.is_absolute() or ".." in path.parts:
                    raise ErrataError(f"{tar} holds {member.name!r}, which leads out of its folder; it was not read")
                if not member.isfile() or path.name.startswith("."):
                    continue
                stem, _, suffix = path.name.partition(".")
                name = str(path.with_name(stem))
                if name != key:
                    if sample:
                        yield key, sample
                    key, sample = name, {}
                if member.size > _LARGEST:
                    raise ErrataError(f"{tar} holds {member.name!r} of {member.size:,} bytes, which is no image")
                file = archive.extractfile(member)
                sample[suffix.lower()] = file.read() if file else b""
    except (tarfile.TarError, EOFError, OSError) as error:
        raise ErrataError(f"{tar} cannot be read as a tar ({error}); download or pack it again") from error
    if sample:
        yield key, sample


def _label(tar: Path, key: str, file: str, content: bytes) -> str:
    """Return the label that a label file holds; "" where it is empty or -1."""
    try:
        text = content.decode("utf-8").strip()
        value: Any = json.loads(text) if file == "json" else text
    except ValueError as error:
        raise ErrataError(f"{tar}: {key}.{file} cannot be read ({error}); write it as UTF-8") from error
    if isinstance(value, dict):
        keys = sorted((LABELS.index(plain(name)), name) for name in value if plain(name) in LABELS)
        if not keys:
            raise ErrataError(f"{tar}: {key}.json has no label (its keys: {', '.join(value)}); name it `label`")
        texts = [name for _, name in keys if isinstance(value[name], str) and not value[name].isdigit()]
        value = value[[*texts, keys[0][1]][0]]  # the name of a class rather than its number
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, list | dict) or "\n" in str(value):
        raise ErrataError(f"{tar}: {key}.{file} holds several labels; Errata judges one label for each image")
    return "" if value is None or str(value) == "-1" else str(value).strip()
