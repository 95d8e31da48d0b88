"""Which images a list shows: by kind, verdict, file name and label quality; as text in the address of a screen."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from curation.decisions.verdicts import VERDICTS
from curation.results.audit import Audit
from curation.review.judged import Judged
from curation.scoring.kinds import NAMES
from models.arrays import BoolArray
from models.errors import ErrataError, unknown

UNJUDGED, JUDGED, DISPUTED = "not judged yet", "judged", "reviewers disagree"
KINDS = tuple(title for title, _ in NAMES.values())
BY_VERDICT = (UNJUDGED, JUDGED, *VERDICTS, DISPUTED)
WHOLE = (0.0, 1.0)  # range of label quality
LONGEST = 200  # letters of a part of a file name
PARAMETERS = ("kind", "verdict", "file", "quality")  # in the address


@dataclass(frozen=True)
class Filters:
    """What an image must have to be shown; the defaults let every image pass."""

    kind: str = ""  # of KINDS
    verdict: str = ""  # of BY_VERDICT
    file: str = ""  # part of its name, upper or lower case
    quality: tuple[float, float] = WHOLE  # lowest and highest label quality, two decimals

    @property
    def among_all(self) -> bool:
        """Whether it asks for images whose label nobody needs to suspect: by kind, name, or a verdict."""
        return bool(self.kind or self.file or self.verdict not in ("", UNJUDGED))

    @property
    def words(self) -> str:
        """The filters in words, empty where every image passes: `ambiguous, not judged yet`."""
        low, high = self.quality
        between = "" if self.quality == WHOLE else f"quality {low:.2f} to {high:.2f}"
        return ", ".join(part for part in (self.kind, self.verdict, self.file and f"“{self.file}”", between) if part)


def parse_filters(address: Mapping[str, str]) -> tuple[Filters, list[str]]:
    """Return the filters in an address, and a sentence for each value that is none, which filters nothing.

    Args:
        address: parameter -> value; others than PARAMETERS are no concern of this function.
    """
    problems: list[str] = []

    def choice(name: str, what: str, choices: tuple[str, ...]) -> str:
        value = address.get(name, "")
        if value in ("", *choices):
            return value
        problems.append(f"{unknown(what, value, choices)}.")
        return ""

    kind = choice("kind", "kind of trouble", KINDS)
    verdict = choice("verdict", "verdict to filter by", BY_VERDICT)
    try:
        quality = _range(address.get("quality", ""))
    except ErrataError as error:
        quality = WHOLE
        problems.append(f"{error}.")
    file = "".join(letter for letter in address.get("file", "") if letter.isprintable()).strip()[:LONGEST]
    return Filters(kind, verdict, file, quality), problems


def format_filters(filters: Filters) -> dict[str, str]:
    """Return what `parse_filters` reads: each of PARAMETERS with its value, empty where it filters nothing."""
    low, high = filters.quality
    quality = "" if filters.quality == WHOLE else f"{low:.2f}-{high:.2f}"
    return dict(zip(PARAMETERS, (filters.kind, filters.verdict, filters.file, quality), strict=True))


def passing(filters: Filters, audit: Audit, judged: Judged) -> BoolArray:
    """Return which of the N images of an audit pass all filters, shape (N,)."""
    image_ids, quality = audit.rows.image_ids, audit.consensus.label_quality
    passes = np.ones(len(image_ids), bool)
    if filters.kind:
        passes &= np.array(audit.findings.kinds.names()) == filters.kind
    if filters.file:
        passes &= np.char.find(np.char.lower(image_ids), filters.file.lower()) >= 0
    if filters.quality != WHOLE:
        shown = np.round(quality.astype(np.float64), 2)  # as people read it beside the image
        passes &= (shown >= filters.quality[0]) & (shown <= filters.quality[1])
    if filters.verdict == UNJUDGED:
        passes &= ~judged.any_of(image_ids)
    elif filters.verdict == JUDGED:
        passes &= judged.any_of(image_ids)
    elif filters.verdict == DISPUTED:
        passes &= judged.disputed_of(image_ids)
    elif filters.verdict:
        passes &= judged.called(image_ids, filters.verdict)
    return passes


def _range(text: str) -> tuple[float, float]:
    """Return the lowest and the highest label quality of `0.00-0.30`.

    Raises:
        ErrataError: it is not two numbers of 0 to 1, the lower one first.
    """
    if not text:
        return WHOLE
    low, dash, high = text.partition("-")
    try:
        ends = round(float(low), 2), round(float(high), 2)
    except ValueError:
        ends = (np.nan, np.nan)
    if not dash or not 0 <= ends[0] <= ends[1] <= 1:
        raise ErrataError(f"quality={text} is not a range of label quality; write two numbers of 0 to 1, as 0-0.30")
    return ends
