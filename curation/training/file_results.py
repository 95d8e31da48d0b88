"""What the models say about image files, as it is kept: JSON for everything, CSV with a line for each model."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from curation.results.likeness import NONE_FITS
from models.files.atomic import write_json
from models.files.schemas import read_as
from models.files.tables import write_csv_for_people

SCHEMA_VERSION = 2  # 2 knows images of the data set, and why a score is missing


@dataclass(frozen=True)
class Opinion:
    """What one model says about an image."""

    model: str
    about: str  # of how many networks the mean is
    architecture: str
    version: str  # of the labels it learned from
    top: list[tuple[str, float]]  # class and probability among the classes, the most probable first
    cam: str  # file of the Grad-CAM map of the first class; empty where none was asked for


@dataclass(frozen=True)
class Neighbour:
    """A training image that is similar to a new image."""

    image_id: str
    label: str  # as given
    similarity: float  # cosine, in [-1, 1]


@dataclass(frozen=True)
class KnownImage:
    """An image of the data set that shows the same picture."""

    image_id: str
    split: str
    label: str  # as given
    verdict: str  # of people, in words; empty: not judged yet
    exact: bool  # the same bytes; a near copy otherwise


@dataclass(frozen=True)
class FileResult:
    """The result for one file."""

    file: str
    problem: str  # why it could not be read; empty otherwise
    sha256: str
    size_px: tuple[int, int]  # width, height
    none_of_these: float | None  # in [0, 1], high = no class fits; None = unknown
    opinions: list[Opinion]
    nearest: list[Neighbour]
    known: list[KnownImage]  # exact copies first
    score_missing: str = ""  # why there is no score of none_of_these

    @property
    def fits_none(self) -> bool:
        """Whether no class fits the image."""
        return self.none_of_these is not None and self.none_of_these >= NONE_FITS

    def shares(self, opinion: Opinion) -> list[tuple[str, float]]:
        """Return each class of an opinion with the probability to show.

        Where most likely no class fits, the classes share what is left: a network always gives 1 to all its classes
        together, whatever it is shown.
        """
        left = 1 - (self.none_of_these or 0) if self.fits_none else 1
        return [(label, share * left) for label, share in opinion.top]


@dataclass(frozen=True)
class _File:
    """What the file says."""

    images: list[FileResult]


def refused(file: str, problem: str) -> FileResult:
    """Return the result for a file that cannot be read."""
    return FileResult(file, problem, "", (0, 0), None, [], [], [])


def write_predictions(results: Sequence[FileResult], name: str, path: Path) -> None:
    """Write everything as JSON.

    Raises:
        ErrataError: the file cannot be written.
    """
    write_json(
        path, {"schema_version": SCHEMA_VERSION, "dataset": name, "images": [asdict(result) for result in results]}
    )


def read_predictions(path: Path) -> list[FileResult]:
    """Return what `write_predictions` wrote.

    Raises:
        ErrataError: the file is missing, damaged or of another schema.
    """
    return read_as(path, _File, "predict again", newest=SCHEMA_VERSION).images


def write_predictions_csv(results: Sequence[FileResult], path: Path) -> None:
    """Write a line for each image and model, the classes in columns by falling probability among the classes.

    Raises:
        ErrataError: the file cannot be written.
    """
    most = max((len(opinion.top) for result in results for opinion in result.opinions), default=0)
    ranks = [f"{column}_{place}" for place in range(1, most + 1) for column in ("class", "probability")]
    columns = ["file", "problem", "none_of_these", "same_picture", "model", "trained_on", "networks", *ranks]
    write_csv_for_people(path, columns, (line for result in results for line in _csv_lines(result)))


def _csv_lines(result: FileResult) -> Iterator[list[str]]:
    """Yield a line for each model's opinion of a file, or one with the problem of a file that cannot be read."""
    none_of_these = "" if result.none_of_these is None else f"{result.none_of_these:.4f}"
    same = "|".join(copy.image_id for copy in result.known)
    for opinion in result.opinions:
        ranked = [cell for label, share in opinion.top for cell in (label, f"{share:.4f}")]
        yield [result.file, "", none_of_these, same, opinion.model, opinion.version, opinion.about, *ranked]
    if result.problem:
        yield [result.file, result.problem]
