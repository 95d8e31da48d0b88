"""Which image a name means that is not spelt as the image is: the only one that fits, or none.

This is the only place that guesses. A table of labels, predictions made elsewhere and the files of labelling tools
first take the names that stand as they are, and ask here about the rest. The steps, from the surest:

1. separators (backslashes, doubled slashes, `./`), `%20` and Unicode's two forms of an accent do not count;
2. nor do upper and lower case;
3. nor does the suffix, another or none;
4. the folders in which the image lies may be missing: the name is the end of the path of one image only;
5. leading folders of the name may be superfluous: those that all names have in common, where no name stands as it is;
   and all before the whole path of an image, in an absolute path or address, or where no name stands as it is.

What fits by the fewest steps is meant. Where another image fits as well, where the image lies in the folder of another
split than the name says, or where several names mean one image, nothing is taken; `doubt` says why.
"""

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from curation.datasets.split_words import split_of
from curation.datasets.tables.image_names import is_image_name
from curation.datasets.tables.spelling import differences, inside, is_absolute, loose, parts_of
from curation.words import counted, first_few
from models.errors import ErrataError

_split_of = lru_cache(maxsize=10_000)(split_of)  # the same folders stand in all paths


class Named(NamedTuple):
    """A name that an image was given."""

    name: str
    split: str = ""  # that is said beside it; "" where none is


class _Image(NamedTuple):
    """An image, for comparison."""

    image_id: str
    parts: tuple[str, ...]  # of the path in lower case, the last without suffix


@dataclass(frozen=True)
class Matches:
    """The images that names mean."""

    found: dict[Named, str]  # the image_id of those that mean one image
    several: dict[Named, tuple[str, ...]]  # the images that a name may mean, two or more
    together: dict[Named, str]  # the image that this name and another one mean

    def sentence(self, of: str = "") -> str:
        """Return what was taken for what; "" where nothing was.

        Args:
            of: where the names stand, as "of labels.csv".
        """
        if not self.found:
            return ""
        named, image_id = next(iter(self.found.items()))
        how = sorted({word for each, there in self.found.items() for word in differences(each.name, there)})
        number = f"{counted(len(self.found), 'name')} {of}".rstrip()
        ways = f" ({', '.join(how)})" if how else ""
        is_spelt, meant = ("is", "image that fits") if len(self.found) == 1 else ("are", "images that fit")
        spelt = f"{is_spelt} spelt otherwise than in the data set{ways}"
        return f"{number} {spelt} and taken for the only {meant}: {named.name} for {image_id}"

    def doubt(self, named: Named) -> str:
        """Return why a name was not taken, though something fits; "" where nothing does."""
        if named in self.several:
            return f"{named.name!r} may be {' or '.join(self.several[named][:3])}; name the images by their paths"
        if named in self.together:
            image_id = self.together[named]
            names = sorted(each.name for each, there in self.together.items() if there == image_id)
            return f"{first_few(names)} would all be {image_id}; name each image once, by its path"
        return ""


def images_of_names(names: Collection[str], image_ids: Collection[str], root: Path) -> tuple[dict[str, str], Matches]:
    """Return name -> image_id of those that mean an image, and how those that are no image_id were read.

    Args:
        names: of images, or paths into their folder.
        image_ids: of all images.
        root: the folder of the images.

    Raises:
        ErrataError: a name may be several images, or several names are one image.
    """
    known, folder = set(image_ids), str(root)
    paths = {name: name if name in known else inside(folder, name) for name in names}
    standing = {name: path for name, path in paths.items() if path in known}
    to_find = {Named(name) for name in paths if name not in standing}
    matches = match_names(known, to_find, set(standing.values()))
    if doubts := [doubt for named in sorted(to_find) if (doubt := matches.doubt(named))]:
        raise ErrataError(f"has names that may be read in two ways: {doubts[0]}")
    return standing | {named.name: image_id for named, image_id in matches.found.items()}, matches


def match_names(image_ids: Iterable[str], names: Collection[Named], standing: Collection[str] = ()) -> Matches:
    """Return which images the names mean; it does not matter in which order they come.

    Args:
        image_ids: of all images.
        names: those that are no image_id.
        standing: the image_ids that further names of the same source are, letter by letter.
    """
    wanted = sorted(set(names))
    written = {each: parts_of(each.name) for each in wanted}
    plain = {each: parts_of(unquote(each.name)) for each in wanted}
    images = _by_name(image_ids)
    common = (0, 0) if standing else (_common_folders(written.values()), _common_folders(plain.values()))
    fits: dict[Named, tuple[str, ...]] = {}
    for each in wanted:
        fits[each] = _meant(images, each, written[each], common[0], not standing)
        if not fits[each] and plain[each] != written[each]:
            fits[each] = _meant(images, each, plain[each], common[1], not standing)
    single = {each: image_ids[0] for each, image_ids in fits.items() if len(image_ids) == 1}
    single = {each: image_id for each, image_id in single.items() if image_id not in standing}  # it has its name
    spellings: dict[str, set[tuple[str, ...]]] = {}
    for each, image_id in single.items():
        spellings.setdefault(image_id, set()).add(tuple(written[each]))
    together = {each: image_id for each, image_id in single.items() if len(spellings[image_id]) > 1}
    found = {each: image_id for each, image_id in single.items() if each not in together}
    return Matches(found, {each: image_ids for each, image_ids in fits.items() if len(image_ids) > 1}, together)


def _common_folders(paths: Iterable[Sequence[str]]) -> int:
    """Return how many leading folders all paths have in common; of a single path, all."""
    every = [tuple(path) for path in paths]
    if not every:
        return 0
    common = 0
    for first, last in zip(min(every)[:-1], max(every)[:-1], strict=False):
        if first != last:
            break
        common += 1
    return common


def _by_name(image_ids: Iterable[str]) -> dict[str, list[_Image]]:
    """Return the names of files, in lower case and without suffix -> the images of that name."""
    images: dict[str, list[_Image]] = {}
    for image_id in image_ids:
        parts = image_id.split("/")
        image = _Image(image_id, loose(parts, is_image_name(parts[-1])))
        images.setdefault(image.parts[-1], []).append(image)
    return images


def _meant(
    images: dict[str, list[_Image]], named: Named, parts: Sequence[str], common: int, none_stands: bool
) -> tuple[str, ...]:
    """Return the image that a name means, or those that it may mean, in order; () where none fits."""
    absolute = is_absolute(named.name)
    for start in range(len(parts) if absolute or none_stands else common + 1):
        end = parts[start:]
        fitting = [image for image in _fitting(images, end) if _same_split(image, end, parts[:start], named.split)]
        if start > common or (start and not absolute):  # `images/a.jpg` is not `other/a.jpg`
            fitting = [image for image in fitting if len(image.parts) == len(end)]
        if fitting:
            return _closest(fitting, end)
    return ()


def _fitting(images: dict[str, list[_Image]], parts: Sequence[str]) -> list[_Image]:
    """Return the images whose path ends as the given one, in lower case and without suffix."""
    if not parts:
        return []
    fitting: list[_Image] = []
    for cut in {is_image_name(parts[-1]), False}:
        wanted = loose(parts, cut)
        fitting += [image for image in images.get(wanted[-1], ()) if image.parts[-len(wanted) :] == wanted]
    return fitting


def _same_split(image: _Image, end: Sequence[str], dropped: Sequence[str], split: str) -> bool:
    """Return whether the folders that a name does not have are not those of another split than it says."""
    said = {split} | {_split_of(part) for part in dropped} - {None}
    added = {_split_of(part) for part in image.image_id.split("/")[: -len(end)]} - {None}
    return not (said - {""} and added) or added <= said


def _closest(fitting: Sequence[_Image], parts: Sequence[str]) -> tuple[str, ...]:
    """Return the image that is spelt most nearly as the path, with those that may be meant as well."""
    wanted = "/".join(parts)

    def distance(image: _Image) -> tuple[int, int]:
        spelt = unicodedata.normalize("NFC", "/".join(image.image_id.split("/")[-len(parts) :]))
        spelling = 0 if spelt == wanted else 1 if spelt.casefold() == wanted.casefold() else 2
        return len(image.parts) - len(parts), spelling

    (best, image_id), *others = sorted((distance(image), image.image_id) for image in fitting)
    whole = best[0] == 0  # the name has all folders
    rivals = [
        rival for each, rival in others if each[1] < best[1] or each == best or (each[1] == best[1] and not whole)
    ]
    return (image_id, *rivals)
