"""Put the images of a data set in place: draw, unpack or download them, or say where to get them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from curation.datasets.catalog import DatasetSpec
from models.arrays import Progress
from models.errors import ErrataError, unknown
from models.files.unfinished import sweep, unfinished_folder


def fetch(spec: DatasetSpec, data_root: Path, progress: Progress | None = None) -> Path:
    """Put the images of a data set in place, unless they are there already, and return its folder.

    Args:
        spec: any data set.
        data_root: the folder that a relative root lies in (ERRATA_DATA).
        progress: called with (images done, images) where their number is known.

    Raises:
        ErrataError: Errata cannot get this data set, the download failed, or the folder cannot be written; no
            incomplete folder is left.
    """
    target = data_root / spec.root
    if _is_there(target):
        return target
    kind, _, handle = spec.source.partition(":")
    by_hand = f"put the images into {target}/train/CLASS/ and {target}/test/CLASS/"
    if not can_fetch(spec):
        raise ErrataError(f"Errata cannot download data set {spec.name!r}: take {spec.source}, and {by_hand}")
    with _whole(target) as folder:
        if spec.packed:
            spec.packed.unpack(folder, dict(spec.columns), progress)
            return target
        if spec.embedded:
            _draw(handle, folder, progress)
            return target
        download, page = _DOWNLOADS[kind]
        try:
            download(handle, folder, progress)
        except ErrataError:
            raise
        except Exception as error:  # kagglehub, torchvision and the network raise many types of errors
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise ErrataError(
                f"could not download data set {spec.name!r} ({reason}); try again, "
                f"or get it from {page.format(handle)} and {by_hand}"
            ) from error
    return target


def can_fetch(spec: DatasetSpec) -> bool:
    """Return whether Errata draws, unpacks or downloads the images of a data set itself."""
    return spec.made_here or spec.source.partition(":")[0] in _DOWNLOADS


def draw_or_unpack(spec: DatasetSpec, progress: Progress | None = None) -> None:
    """Draw or unpack a data set of the workspace on its first use; other data sets stay as they are.

    Args:
        spec: as `find_dataset` returns it.
        progress: called with (images done, images).

    Raises:
        ErrataError: the workspace cannot be written, or the larger files of a packed data set cannot be read.
    """
    if spec.made_here:
        fetch(spec, spec.root.parent, progress)


def _is_there(target: Path) -> bool:
    try:
        return target.is_dir() and any(target.iterdir())
    except OSError as error:
        raise ErrataError(f"cannot read {target}: {error.strerror}; check its permissions") from error


@contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """Yield a path beside `target` to fill; it is renamed to `target` if no exception ends the block."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        sweep(target.parent, target.name)  # removes what killed attempts left
        with unfinished_folder(target) as parts:
            whole = parts / target.name
            yield whole
            if not _is_there(target):  # else another process was faster, with the same content
                whole.replace(target)
    except OSError as error:
        hint = "free some space or choose another folder"
        raise ErrataError(f"cannot write {target}: {error.strerror}; {hint}") from error


def _draw(name: str, folder: Path, progress: Progress | None) -> None:
    if name == "scenes":
        from curation.datasets.scenery.scenes import draw_scenes

        draw_scenes(folder, progress=progress)
    elif name == "digits":
        from curation.datasets.digits import write_digits

        write_digits(folder)
    else:
        raise unknown("embedded data set", name, ("digits", "scenes"))


def _kaggle(handle: str, folder: Path, progress: Progress | None) -> None:
    import kagglehub

    kagglehub.dataset_download(handle, output_dir=str(folder))  # shows its own progress


def _torchvision(name: str, folder: Path, progress: Progress | None) -> None:
    if name != "CIFAR10":
        raise unknown("torchvision data set", name, ("CIFAR10",))
    from curation.datasets.cifar10 import write_cifar10

    write_cifar10(folder, progress)


_DOWNLOADS: dict[str, tuple[Callable[[str, Path, Progress | None], None], str]] = {  # kind -> function, web page
    "kaggle": (_kaggle, "https://www.kaggle.com/datasets/{}"),
    "torchvision": (_torchvision, "https://www.cs.toronto.edu/~kriz/cifar.html"),
}
