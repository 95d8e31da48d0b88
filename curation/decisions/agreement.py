"""How far reviewers agree on the images that several of them judged, and where they do not."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from curation.decisions.decision import Decision
from curation.decisions.state import State


@dataclass(frozen=True)
class ClassAgreement:
    """How often a reviewer who names a category is joined by another reviewer of the same image."""

    category: str  # a class, `ambiguous: a, b`, `multi-label: a, b`, `(none-of-these)` or `(exclude)`
    judgements: int  # verdicts that name it
    agreement: float  # in [0, 1], 1 = no other reviewer ever contradicts


@dataclass(frozen=True)
class Agreement:
    """How far reviewers agree on the images that two or more of them judged."""

    reviewers: tuple[str, ...]  # of these images
    images: int  # judged by two or more
    judged: int  # judged by anybody
    share: float | None  # in [0, 1], of the pairs of judgements of an image that say the same; None without images
    kappa: float | None  # in [-1, 1], 0 = as chance would agree, 1 = always; None where chance alone would always agree
    method: str  # "Cohen" for two reviewers, "Fleiss" for more
    classes: tuple[ClassAgreement, ...]  # lowest agreement first


@dataclass(frozen=True)
class Disagreement:
    """An image to adjudicate."""

    image_id: str
    seriousness: float  # in [0, 1], 1 = no two reviewers have a class in common
    verdicts: tuple[Decision, ...]  # one of each reviewer, sorted by reviewer


def reviewer_agreement(state: State) -> Agreement:
    """Return how far the verdicts of reviewers agree; adjudications and unsure verdicts are left out."""
    judged = [named for image in state.images() if (named := categories(state.verdicts(image)))]
    shared = [named for named in judged if len(named) > 1]
    reviewers = tuple(sorted({reviewer for named in shared for reviewer in named}))
    counts = [Counter(named.values()) for named in shared]
    if len(reviewers) <= 2:
        method, kappa = "Cohen", cohen_kappa([tuple(named[reviewer] for reviewer in reviewers) for named in shared])
    else:
        method, kappa = "Fleiss", fleiss_kappa(counts)
    return Agreement(reviewers, len(shared), len(judged), _observed(counts), kappa, method, class_agreement(counts))


def categories(verdicts: Mapping[str, Decision]) -> dict[str, str]:
    """Return reviewer -> the category that the verdict names, unsure verdicts left out; see `ClassAgreement`."""
    return {reviewer: _category(verdict) for reviewer, verdict in verdicts.items() if verdict.is_answer}


def cohen_kappa(pairs: Sequence[tuple[str, ...]]) -> float | None:
    """Return Cohen's kappa of two reviewers.

    Args:
        pairs: the categories that the first and the second name for each image.

    Returns:
        in [-1, 1]: 1 = always the same, 0 = as often as by chance, given how often each names which category. None
        without pairs, or where both always name one and the same category, as they would by chance too.

    Source: Cohen 1960, doi:10.1177/001316446002000104; same values as scikit-learn (tested).
    """
    if not pairs:
        return None
    n = len(pairs)
    observed = sum(first == second for first, second in pairs) / n
    by_first, by_second = Counter(first for first, _ in pairs), Counter(second for _, second in pairs)
    return _beyond_chance(observed, sum(by_first[name] * by_second[name] for name in by_first) / n**2)


def fleiss_kappa(counts: Sequence[Mapping[str, int]]) -> float | None:
    """Return Fleiss' kappa of any number of reviewers, who need not have judged the same images.

    Args:
        counts: of each image, how many reviewers name which category; two or more reviewers an image.

    Returns:
        as `cohen_kappa`; chance is how often all reviewers together name each category.

    Source: Fleiss 1971, doi:10.1037/h0031619; same values as statsmodels where all images have equally many judgements
    (tested). Where images have different numbers, each image counts as much as any other.
    """
    observed = _observed(counts)
    if observed is None:
        return None
    total: Counter[str] = Counter()
    for image_counts in counts:
        total.update(image_counts)
    return _beyond_chance(observed, sum(number**2 for number in total.values()) / total.total() ** 2)


def class_agreement(counts: Sequence[Mapping[str, int]]) -> tuple[ClassAgreement, ...]:
    """Return for each category how often a reviewer who names it is joined by another reviewer of the image.

    Args:
        counts: as for `fleiss_kappa`.

    Returns:
        lowest agreement first; of two reviewers it is 2 * both / (first + second).

    Source: specific agreement, Cicchetti & Feinstein 1990, doi:10.1016/0895-4356(90)90159-M.
    """
    named: Counter[str] = Counter()
    joined: dict[str, float] = {}
    for image_counts in counts:
        other_reviewers = sum(image_counts.values()) - 1
        for name, number in image_counts.items():
            named[name] += number
            joined[name] = joined.get(name, 0) + number * (number - 1) / other_reviewers
    classes = [ClassAgreement(name, number, joined[name] / number) for name, number in named.items()]
    return tuple(sorted(classes, key=lambda category: (category.agreement, category.category)))


def disagreements(state: State) -> list[Disagreement]:
    """Return the images to adjudicate, most serious first.

    Seriousness is 1 minus the mean share of classes that two reviewers have in common: 1 for sea against forest, 0.5
    for sea against sea or forest, 0 for sea and forest against sea or forest. Of equally serious disagreements, those
    of more reviewers come first.
    """
    disputes = []
    for image in state.images():
        if not state.disputed(image):
            continue
        verdicts = tuple(verdict for verdict in state.verdicts(image).values() if verdict.is_answer)
        apart = [1 - _in_common(first, second) for first, second in combinations(verdicts, 2)]
        disputes.append(Disagreement(image, sum(apart) / len(apart), verdicts))
    return sorted(disputes, key=lambda dispute: (-dispute.seriousness, -len(dispute.verdicts), dispute.image_id))


def _category(verdict: Decision) -> str:
    if len(verdict.labels) == 1:
        return verdict.labels[0]
    return f"{verdict.decision}: {', '.join(verdict.labels)}" if verdict.labels else f"({verdict.decision})"


def _in_common(first: Decision, second: Decision) -> float:
    """Return the share of classes that two verdicts have in common, among all classes that they name."""
    named = [set(verdict.labels or verdict.meaning) for verdict in (first, second)]
    return len(named[0] & named[1]) / len(named[0] | named[1])


def _observed(counts: Sequence[Mapping[str, int]]) -> float | None:
    """Return the share of pairs of equal judgements, mean over images; None without images."""
    if not counts:
        return None
    shares = []
    for image_counts in counts:
        n = sum(image_counts.values())
        shares.append(sum(number * (number - 1) for number in image_counts.values()) / (n * (n - 1)))
    return sum(shares) / len(shares)


def _beyond_chance(observed: float, chance: float) -> float | None:
    return None if chance >= 1 else (observed - chance) / (1 - chance)
