"""How far a review is, in the lines of FiftyOne's panel; needs no FiftyOne."""

from curation.decisions.agreement import Agreement
from curation.review.bench import Bench
from curation.review.wrong_labels import stop_sentence
from curation.words import counted, sentence, visible


def standing_lines(bench: Bench, reviewer: str, split: str) -> list[str]:
    """Return how far the review of a split is, what going on would bring, and how far reviewers agree."""
    standing = bench.standing(split, reviewer)
    done = (
        f"{split}: **{standing.judged:,}** of {standing.images:,} images judged, {standing.by_reviewer:,} by "
        f"{plain(reviewer)}; **{counted(standing.budget.found, 'wrong label')}** found"
    )
    return [done, sentence(stop_sentence(standing.budget, split)), _agreed(bench.agreement())]


def _agreed(agreement: Agreement) -> str:
    if not agreement.images or agreement.share is None:
        return "No image was judged by two reviewers yet."
    kappa = f", {agreement.method}'s kappa {agreement.kappa:.2f}" if agreement.kappa is not None else ""
    return f"Reviewers agree on {agreement.share:.0%} of {agreement.images:,} images that several judged{kappa}."


def plain(name: str) -> str:
    """Return a name with the characters escaped that Markdown would take for its own, and no control characters."""
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]()<>#+-.!|&~" else letter for letter in visible(name))
