"""How far reviewers agree on the images that several of them judged, and where they do not."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from curation.decisions.decision import Decision
from curation.decisions.state import State


@dataclass(frozen=True)
class ClassAgreement:
    """How often those who see a class are joined by another reviewer of the same image."""

    category: str  # a class, `ambiguous: a, b`, `multi-label: a, b`, `(none-of-these)` or `(exclude)`
    judgements: int  # that say so
    agreement: float  # in [0, 1], 1 = whoever says so is never contradicted


@dataclass(frozen=True)
class Agreement:
    """What the images judged by two or more reviewers tell."""

    reviewers: tuple[str, ...]  # who judged some of them
    images: int  # judged by two or more
    judged: int  # judged at all
    share: float | None  # in [0, 1], of the pairs of judgements of an image that say the same; None without images
    kappa: float | None  # in [-1, 1], 0 = as chance would agree, 1 = always; None where chance alone would always agree
    method: str  # "Cohen" for two reviewers, "Fleiss" for more
    classes: tuple[ClassAgreement, ...]  # lowest agreement first


@dataclass(frozen=True)
class Disagreement:
    """An image to adjudicate."""

    image_id: str
    seriousness: float  # in [0, 1], 1 = no two reviewers have a class in common
    verdicts: tuple[Decision, ...]  # one a reviewer, by name


def agreement(state: State) -> Agreement:
    """Return how far the reviewers' own verdicts agree; adjudications and unsure verdicts are left out."""
    every = {image: categories(state.verdicts(image)) for image in state.images()}
    shared = {image: own for image, own in every.items() if len(own) > 1}
    reviewers = tuple(sorted({reviewer for own in shared.values() for reviewer in own}))
    counts = [Counter(own.values()) for own in shared.values()]
    two = len(reviewers) <= 2
    kappa = (
        cohen_kappa([tuple(own[one] for one in reviewers) for own in shared.values()]) if two else fleiss_kappa(counts)
    )
    return Agreement(
        reviewers,
        len(shared),
        sum(bool(own) for own in every.values()),
        _observed(counts),
        kappa,
        "Cohen" if two else "Fleiss",
        class_agreement(counts),
    )


def categories(verdicts: Mapping[str, Decision]) -> dict[str, str]:
    """Return what each reviewer says an image is, who is unsure left out; see `ClassAgreement.category`."""
    return {reviewer: _category(one) for reviewer, one in verdicts.items() if one.is_answer}


def cohen_kappa(pairs: Sequence[tuple[str, ...]]) -> float | None:
    """Return Cohen's kappa of two reviewers.

    Args:
        pairs: what the first and the second say of each image.

    Returns:
        in [-1, 1]: 1 = always the same, 0 = as often as by chance, given how often each says what. None without pairs,
        or where both always say the same one thing, as by chance too.

    Source: Cohen 1960, doi:10.1177/001316446002000104; same values as scikit-learn (tested).
    """
    if not pairs:
        return None
    n = len(pairs)
    observed = sum(one == other for one, other in pairs) / n
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    return _beyond_chance(observed, sum(first[one] * second[one] for one in first) / n**2)


def fleiss_kappa(counts: Sequence[Mapping[str, int]]) -> float | None:
    """Return Fleiss' kappa of any number of reviewers, who need not have judged the same images.

    Args:
        counts: how many reviewers say what of each image, two or more in all.

    Returns:
        as `cohen_kappa`; chance is how often all reviewers together say what.

    Source: Fleiss 1971, doi:10.1037/h0031619; same values as statsmodels where every image has as many judgements
    (tested). Where they differ, images count alike.
    """
    observed = _observed(counts)
    if observed is None:
        return None
    total: Counter[str] = Counter()
    for own in counts:
        total.update(own)
    return _beyond_chance(observed, sum(number**2 for number in total.values()) / total.total() ** 2)


def class_agreement(counts: Sequence[Mapping[str, int]]) -> tuple[ClassAgreement, ...]:
    """Return for each class how often a reviewer who names it is joined by another reviewer of the image.

    Args:
        counts: as for `fleiss_kappa`.

    Returns:
        lowest agreement first; of two reviewers it is 2 * both / (first + second).

    Source: specific agreement, Cicchetti & Feinstein 1990, doi:10.1016/0895-4356(90)90159-M.
    """
    named: Counter[str] = Counter()
    joined: dict[str, float] = {}
    for own in counts:
        others = sum(own.values()) - 1
        for name, number in own.items():
            named[name] += number
            joined[name] = joined.get(name, 0) + number * (number - 1) / others
    found = [ClassAgreement(name, number, joined[name] / number) for name, number in named.items()]
    return tuple(sorted(found, key=lambda one: (one.agreement, one.category)))


def disagreements(state: State) -> list[Disagreement]:
    """Return the images to adjudicate, most serious first.

    Seriousness is one less the mean share of classes that two reviewers have in common: 1 for sea against forest, 0.5
    for sea against sea or forest, 0 where one says that the image shows both and the other that it is either. Of
    equally serious ones those with more reviewers come first.
    """
    found = []
    for image in state.images():
        if not state.disputed(image):
            continue
        verdicts = tuple(one for one in state.verdicts(image).values() if one.is_answer)
        pairs = [1 - _in_common(one, other) for one, other in combinations(verdicts, 2)]
        found.append(Disagreement(image, sum(pairs) / len(pairs), verdicts))
    return sorted(found, key=lambda one: (-one.seriousness, -len(one.verdicts), one.image_id))


def _category(verdict: Decision) -> str:
    if len(verdict.labels) == 1:
        return verdict.labels[0]
    return f"{verdict.decision}: {', '.join(verdict.labels)}" if verdict.labels else f"({verdict.decision})"


def _in_common(one: Decision, other: Decision) -> float:
    """Return the share of classes that two verdicts have in common, among all that they name."""
    first, second = set(one.labels or one.meaning), set(other.labels or other.meaning)
    return len(first & second) / len(first | second)


def _observed(counts: Sequence[Mapping[str, int]]) -> float | None:
    """Return the share of pairs of judgements that say the same, mean over images; None without images."""
    if not counts:
        return None
    shares = []
    for own in counts:
        n = sum(own.values())
        shares.append(sum(number * (number - 1) for number in own.values()) / (n * (n - 1)))
    return sum(shares) / len(shares)


def _beyond_chance(observed: float, chance: float) -> float | None:
    return None if chance >= 1 else (observed - chance) / (1 - chance)
