"""Class names that are probably one class written in two ways, or several classes in one name."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from curation.words import counted, first_few

MOST_NAMED = 5  # sentences; of more, the rest is counted
_LONG = 7  # letters of a name in which one wrong letter is more likely than another word
_JOINTS = re.compile(r"\s*(?:[|;,+&/]|\s+and\s+)\s*")
_NUMBER = re.compile(r"\d+(\.\d+)?")
_ABSENT = frozenset(("nan", "na", "n/a", "#n/a", "<na>", "null", "none"))  # what tables write into empty cells
_CLEAR_JOINTS = re.compile(r"\s*[|;]\s*")  # no name of a class has these by itself


@dataclass(frozen=True)
class NearNames:
    """Class names that are probably one class."""

    names: tuple[str, ...]  # the one to keep first: the largest class
    images: tuple[int, ...]  # of each
    reason: str  # in words, after "differ": "by case only"

    def sentence(self) -> str:
        """Return what is seen, and how the classes become one; without a full stop."""
        classes = " and ".join(
            f"{name!r} ({counted(n, 'image')})" for name, n in zip(self.names, self.images, strict=True)
        )
        return (
            f"classes {classes} differ {self.reason}: if they are one class, audit with "
            f"--merge-classes {shell_text(self.pairs())}"
        )

    def pairs(self) -> dict[str, str]:
        """Return class -> the class that it is read as, if they are one."""
        return dict.fromkeys(self.names[1:], self.names[0])


def shell_text(pairs: Mapping[str, str]) -> str:
    """Return what follows `--merge-classes` on a command line."""
    import csv
    import io
    import shlex

    cells = io.StringIO()
    csv.writer(cells, lineterminator="").writerow([f"{name}={now}" for name, now in pairs.items()])
    return shlex.quote(cells.getvalue())


def near_names(images: Mapping[str, int]) -> list[NearNames]:
    """Return the groups of class names that are probably one class, in the order of the classes.

    Args:
        images: class name -> images.
    """
    group_of = {name: [name] for name in images}
    reasons: dict[str, str] = {}  # of each name in a group, the least sure one of the group
    for pair, reason in (*_equal_keys(images), *_plurals(images), *_typing_errors(images)):
        first, second = (group_of[name] for name in pair)
        if first is second:
            continue
        first.extend(second)
        for name in first:
            group_of[name] = first
            reasons[name] = reason
    groups = {id(group): group for group in group_of.values() if len(group) > 1}
    return [_group(group, images, reasons[group[0]]) for group in groups.values()]


def combined_names(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the class names that several classes seem to share, as `cat|dog`, with the parts.

    A bar or semicolon tells by itself; other signs and the word `and` do where every part is a class of its own.
    """
    known = set(names)
    combined = {}
    for name in sorted(known):
        clear, parts = _CLEAR_JOINTS.split(name), _JOINTS.split(name)
        if len(clear) > 1 and all(clear):
            combined[name] = tuple(clear)
        elif len(parts) > 1 and known.issuperset(parts):
            combined[name] = tuple(parts)
    return combined


def name_notices(images: Mapping[str, int]) -> list[str]:
    """Return a sentence for each group of names that are probably one class, and one for combined names.

    Args:
        images: class name -> images.
    """
    groups = near_names(images)
    sentences = [group.sentence() for group in groups[:MOST_NAMED]]
    if more := groups[MOST_NAMED:]:
        names = first_few([f"{group.names[1]!r} and {group.names[0]!r}" for group in more])
        sentences.append(f"{counted(len(more), 'more pair')} of class names differ as little: {names}")
    sentences += [
        f"{counted(images[name], 'image')} of class {name!r}, which tables write where a label is missing: "
        "if these have none, remove their lines"
        for name in images
        if name.casefold() in _ABSENT
    ]
    if combined := combined_names(images):
        name, parts = next(iter(combined.items()))
        seem = counted(len(combined), "class seems", "classes seem")
        sentences.append(
            f"{seem} to be several in one ({first_few(list(combined))}), and Errata judges one class for each image: "
            f"--merge-classes {shell_text({name: parts[0]})} reads {name!r} as {parts[0]!r}"
        )
    return sentences


def _group(names: Iterable[str], images: Mapping[str, int], reason: str) -> NearNames:
    ordered = tuple(sorted(names, key=lambda name: (name != name.strip(), -images[name], name != name.lower(), name)))
    return NearNames(ordered, tuple(images[name] for name in ordered), reason)


def _by_case(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _by_spaces(name: str) -> str:
    """Return the name without what cannot be seen or only separates words; `1-2` and `12` stay different."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKC", name) if unicodedata.category(letter) != "Cf")
    words = [word for word in re.split(r"[\s_\-.'\u2019]+", plain.casefold()) if word]
    return "".join(
        f" {word}" if before[-1:].isdigit() and word[0].isdigit() else word
        for before, word in zip(["", *words], words, strict=False)
    )


def _by_accents(name: str) -> str:
    letters = unicodedata.normalize("NFKD", _by_spaces(name))
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return plain.translate(str.maketrans("øłđ\u0131", "oldi"))


def _by_number(name: str) -> str:
    """Return `5` for `05` and `5.0`; what is no number stays as it is."""
    if not _NUMBER.fullmatch(name):
        return name
    whole, _, fraction = name.partition(".")
    fraction = fraction.rstrip("0")
    return (whole.lstrip("0") or "0") + (f".{fraction}" if fraction else "")


_KEYS: tuple[tuple[Callable[[str], str], str], ...] = (
    (_by_case, "by case only"),
    (_by_spaces, "by spaces, hyphens or case only"),
    (_by_accents, "by accents only"),
    (_by_number, "as two spellings of a number do"),
)


def _equal_keys(images: Mapping[str, int]) -> Iterator[tuple[tuple[str, str], str]]:
    for key_of, reason in _KEYS:
        first: dict[str, str] = {}
        for name in images:
            if (before := first.setdefault(key_of(name), name)) != name:
                yield (before, name), reason


def _plurals(images: Mapping[str, int]) -> Iterator[tuple[tuple[str, str], str]]:
    by_key = {_by_accents(name): name for name in images}
    for key, name in by_key.items():
        if len(key) < 3 or not key[-1].isalpha():
            continue
        plurals = [f"{key}s", f"{key}es", *([f"{key[:-1]}ies"] if key.endswith("y") else [])]
        for plural in plurals:
            if plural in by_key:
                yield (name, by_key[plural]), "as singular and plural do"


def _typing_errors(images: Mapping[str, int]) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield pairs of long names of which one has a letter more, a letter less or two letters swapped."""
    keys = {key: name for name in images if len(key := _by_accents(name)) >= _LONG}
    shortened: dict[str, list[str]] = {}
    for key in keys:
        swapped = (key[:i] + key[i + 1] + key[i] + key[i + 2 :] for i in range(len(key) - 1))
        for other in {*swapped} - {key}:
            if other in keys and key < other and not _digit_differs(key, other):
                yield (keys[key], keys[other]), "by two letters that change places"
        for i, letter in enumerate(key):
            if letter.isalpha():
                shortened.setdefault(key[:i] + key[i + 1 :], []).append(key)
    for short, longer in shortened.items():
        if short in keys:
            for key in sorted(set(longer)):
                yield (keys[short], keys[key]), "by one letter"


def _digit_differs(first: str, second: str) -> bool:
    return any(a != b and (a.isdigit() or b.isdigit()) for a, b in zip(first, second, strict=False))
