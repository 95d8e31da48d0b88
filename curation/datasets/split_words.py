"""Words for train, val and test: one table and one function for folders, columns, file lists, tags and fields."""

import re
import unicodedata
from collections.abc import Iterable

WORDS = {  # split -> its words, in lower case and without marks between them
    "train": "train training trn tr learn learning",
    # In the Kaggle competitions with two test parts, the public one is for choosing a model.
    "val": "val valid validation validate validating vali vl va dev devel development publictest",
    "test": "test tests testing tst te ts eval evaluation evaluate holdout heldout privatetest",
}
AROUND = """
    set sets data dataset datasets split splits subset part partition fold folder dir file files image images img imgs
    photo photos pic pics picture pictures sample samples example examples class classes cls seg phase raw new my the
    all full v
"""  # what may stand before or after the word and adds nothing
COLUMNS = (  # names of columns and fields that say the split, without case, blanks and marks; the surest first
    *("split", "splits", "subset", "set", "partition", "fold", "phase", "usage", "datasplit", "splitname"),
    *("datasetsplit", "traintest", "traintestsplit", "trainvaltest"),
)
# is_valid, isTest, in_train, for training, used_for_test; not `invalid`
FLAG = re.compile(r"(?:is[ _-]*|(?:in|for|used?[ _-]for|used?[ _-]in)[ _-]+)(?=[a-z])", re.IGNORECASE)
TRUE = frozenset(("true", "t", "yes", "y", "1", "1.0", "x", "on", "wahr", "ja", "vrai", "oui"))
FALSE = frozenset(("false", "f", "no", "n", "0", "0.0", "off", "falsch", "nein", "faux", "non"))
_SPLIT_OF = {word: split for split, words in WORDS.items() for word in words.split()}
_AROUND = frozenset(AROUND.split())
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_MARKS = re.compile(r"[^a-z]+")  # also digits: train2017, 01_train, test1


def split_of(text: str) -> str | None:
    """Return the split that a word means: "train", "val" or "test"; None where it means no split.

    Case, blanks, hyphens, underscores, dots and digits do not count, nor do words as `set`, `data` or `images` around
    the word: `Training`, `train_set`, `TRAIN-DATA`, `trainset`, `imagesTr`, `01_train` and `train2017` are all train.
    Anything that is left over makes it no split: `train station` and `contest` are names.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    tokens = [token for token in _MARKS.split(_HUMP.sub(" ", plain).lower()) if token]
    for spelling in (tokens, [token for token in _MARKS.split(plain.lower()) if token]):
        left = [token for token in spelling if token not in _AROUND]
        if split := _SPLIT_OF.get("".join(left)) or (_glued(left[0]) if len(left) == 1 else None):
            return split
    return None


def splits_of(names: Iterable[str]) -> dict[str, str]:
    """Return name -> split of those that name a split, by themselves or together: `pets_train` beside `pets_test`.

    Names that are a split only together have the rest in common, and among them they name two splits or more.
    """
    splits: dict[str, str] = {}
    together: dict[str, dict[str, str]] = {}  # rest -> name -> split
    for name in names:
        if split := split_of(name):
            splits[name] = split
            continue
        tokens = [token for token in _MARKS.split(_HUMP.sub(" ", name).lower()) if token]
        said = [token for token in tokens if split_of(token)]
        if len(said) == 1:
            rest = " ".join(token for token in tokens if token not in said)
            together.setdefault(rest, {})[name] = str(split_of(said[0]))
    for group in together.values():
        if len(set(group.values())) > 1:
            splits |= group
    return splits


def _glued(token: str) -> str | None:
    """Return the split of `trainset` and `datatest`: a word of three letters or more, and one that adds nothing."""
    for word, split in _SPLIT_OF.items():
        if len(word) > 2 and (
            (token.startswith(word) and token[len(word) :] in _AROUND)
            or (token.endswith(word) and token[: -len(word)] in _AROUND)
        ):
            return split
    return None


def flag_of(column: str) -> str | None:
    """Return the split of a column of truth values: `is_valid`, `isTest`, `is_train`; None where it is no such column.

    A bare `valid` is none: it also means a sound image.
    """
    start = FLAG.match(column.strip())
    return split_of(column.strip()[start.end() :]) if start else None


def split_of_flags(flags: Iterable[tuple[str, str]]) -> str | None:
    """Return the split that the truth values of one image mean; None where they are no truth values or disagree.

    Where no column is true, the image is of the split that no column is for: of train, else of test, else of val.

    Args:
        flags: column, of which `flag_of` or `split_of` knows the split, and its cell: True, 0, yes, x … in any case.
    """
    cells = [(flag_of(column) or split_of(column), cell.strip().lower()) for column, cell in flags]
    if not cells or not all(cell in TRUE | FALSE for _, cell in cells):
        return None
    true, false = ({split for split, cell in cells if cell in words} for words in (TRUE, FALSE))
    if true:
        return true.pop() if len(true) == 1 and not true & false else None
    return next((split for split in ("train", "test", "val") if split not in false), None)
