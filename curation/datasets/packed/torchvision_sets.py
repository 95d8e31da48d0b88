"""Torchvision's own data sets by name, from files that are on this machine; nothing is downloaded."""

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from curation.datasets.packed.images import Packed, PackedImage
from models.errors import ErrataError, unknown

_TRAIN = {"train": {"train": True}, "test": {"train": False}}
_TWO = {"train": {"split": "train"}, "test": {"split": "test"}}
_WHOLE: dict[str, Mapping[str, Any]] = {"": {}}
_THREE = {**_TWO, "val": {"split": "val"}}
SETS: dict[str, Mapping[str, Mapping[str, Any]]] = {  # name -> split -> the options that select it
    **dict.fromkeys(("CIFAR10", "CIFAR100", "FashionMNIST", "KMNIST", "MNIST", "QMNIST", "USPS"), _TRAIN),
    **dict.fromkeys(("Food101", "GTSRB", "STL10", "SVHN", "StanfordCars"), _TWO),
    **dict.fromkeys(("DTD", "FGVCAircraft", "Flowers102", "RenderedSST2"), _THREE),
    "Country211": {**_TWO, "val": {"split": "valid"}},
    "Imagenette": {"train": {"split": "train"}, "val": {"split": "val"}},
    "OxfordIIITPet": {"train": {"split": "trainval"}, "test": {"split": "test"}},
    **{
        f"EMNIST-{part}": {"train": {"split": part, "train": True}, "test": {"split": part, "train": False}}
        for part in ("balanced", "byclass", "bymerge", "digits", "letters", "mnist")
    },
    **dict.fromkeys(("Caltech101", "Caltech256", "EuroSAT", "SEMEION", "SUN397"), _WHOLE),
}


def read_torchvision(name: str, root: Path) -> Packed:
    """Return the images of a data set of torchvision, of all splits whose files are there.

    Args:
        name: of SETS.
        root: the folder that torchvision is given as `root`.

    Raises:
        ErrataError: there is no such data set, or none of its splits is in `root`.
    """
    parts, missing, reason = {}, [], ""
    for split, options in checked_set(name).items():
        try:
            parts[split] = _opened(name, root, options)
        except Exception as error:  # on files that are cut, torchvision also raises KeyError, AssertionError …
            missing.append(split)
            reason = (str(error).splitlines() or [type(error).__name__])[0]
    if not parts:
        raise ErrataError(
            f"{root} does not hold torchvision's {name} ({reason}); download it there with torchvision, or name its "
            f"folder: torchvision:{name}@FOLDER"
        )
    for part in parts.values():
        _refuse_other_numbers(name, part, root)
    notices = [f"{name}: the split {' and '.join(missing)} is not in {root} and is left out"] if missing else []
    total = sum(len(part) for part in parts.values())
    return Packed((image for split, part in parts.items() for image in _images(part, split)), total, notices)


def checked_set(name: str) -> Mapping[str, Mapping[str, Any]]:
    """Return split -> options of a data set.

    Raises:
        ErrataError: there is no such data set.
    """
    if name not in SETS:
        raise unknown("data set of torchvision", name, SETS)
    return SETS[name]


def _opened(name: str, root: Path, options: Mapping[str, Any]) -> Any:
    from torchvision import datasets

    return getattr(datasets, name.partition("-")[0])(str(root), download=False, **options)


def _refuse_other_numbers(name: str, part: Any, root: Path) -> None:
    """Refuse a part of a data set whose classes torchvision numbers by those that are there: they would be shifted."""
    whole = True
    if name == "GTSRB":
        folders = [(Path(path).parent.name, label) for path, label in part._samples]
        whole = all(int(folder) == label for folder, label in folders if folder.isdecimal())
    elif name == "OxfordIIITPet":
        whole = set(part._labels) == set(range(len(part.classes)))
    if not whole:
        raise ErrataError(
            f"{root} holds only some classes of torchvision's {name}, and torchvision would number them otherwise; "
            "give the folder of the images itself"
        )


def _images(part: Any, split: str) -> Iterator[PackedImage]:
    names = _names(part)
    for number in range(len(part)):
        try:
            picture, label = part[number]
        except Exception as error:
            name = type(part).__name__
            raise ErrataError(
                f"torchvision cannot read image {number} of {name} ({error}); restore its files"
            ) from error
        buffer = io.BytesIO()
        picture.save(buffer, "PNG")
        known = names[int(label)] if 0 <= int(label) < len(names) else str(int(label))
        yield PackedImage(f"{number:06d}", buffer.getvalue(), "" if int(label) < 0 else known, split)


def _names(part: Any) -> list[str]:
    """Return the names of the classes in the order of their numbers, [] where torchvision knows none."""
    names = getattr(part, "classes", None) or getattr(part, "categories", None) or []
    return [name.replace("/", "-") if isinstance(name, str) else "-".join(name) for name in names]
