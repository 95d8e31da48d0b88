"""Which architectures vote in an audit with `--architectures auto`: the rules, on figures that others have measured.

Every rule returns a choice with its reason in one line, which the terminal, the app and the report show.
"""

import math
from dataclasses import dataclass
from typing import Any

from curation.words import counted, duration

FROZEN, SMALL = "efficientnet_lite0", "simple_cnn_norm_dropout"  # what every audit starts with
FINETUNED = "efficientnet_lite0@finetuned"
BACKBONES = ("efficientnet_lite1", "efficientnet_lite2")  # further frozen ones, where there is time
DEFAULT_MINUTES = 15.0  # of an audit that chooses by itself
CANDIDATES = (FROZEN, SMALL, FINETUNED, *BACKBONES)  # in the order in which they are considered

# Shares of the log loss; chosen on `scenes` and Roman numerals (docs/studies/ranking.md).
WEAK_FROM = 0.07  # what a small network takes off that of frozen features, where these are weak
GAIN_FROM = 0.05  # what a fine-tuned network has to take off that of all voters before it, judged together


@dataclass(frozen=True)
class Choice:
    """Whether an architecture votes, and why."""

    name: str
    votes: bool
    reason: str  # one line, without the name

    @property
    def line(self) -> str:
        """The choice in one line."""
        return f"{self.name} {'votes' if self.votes else 'is left out'}: {self.reason}"

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-able values; `Choice(**values)` is the inverse."""
        return {"name": self.name, "votes": self.votes, "reason": self.reason}


@dataclass(frozen=True)
class Figures:
    """How well opinions fit the given labels of images that they have not seen."""

    accuracy: float  # in [0, 1]
    loss: float  # log loss, in nats


def first_choice(name: str, seconds: float) -> Choice:
    """Return the choice of an architecture that votes wherever there is time."""
    reasons = {
        FROZEN: "its features are computed once and know nothing of the labels",
        SMALL: "a network that learned from these images alone makes other errors than frozen features",
    }
    took = f"another view of the images for about {duration(seconds, rough=True)}"
    return Choice(name, True, reasons.get(name, took))


def too_long(name: str, seconds: float, left_s: float, minutes: float) -> Choice | None:
    """Return the choice to leave an architecture out where it takes longer than is left; None where it fits.

    Args:
        name: of the architecture.
        seconds: what it is estimated to take.
        left_s: what is left of the budget, in seconds.
        minutes: the budget.
    """
    if seconds <= max(left_s, 0):
        return None
    left = f"{duration(left_s, rough=True)} of" if left_s >= 1 else "nothing of"
    return Choice(
        name, False, f"it would take about {duration(seconds, rough=True)}, and {left} --minutes {minutes:g} is left"
    )


def after_probe(name: str, before: Figures, after: Figures, images: int) -> Choice:
    """Return whether a fine-tuned network votes, by what its first folds say of images that they have not seen.

    Args:
        name: of the fine-tuned network.
        before: accuracy and log loss of all voters before it.
        after: accuracy of the fine-tuned network alone, log loss of all with it.
        images: in these folds.
    """
    gain = 1 - after.loss / before.loss if before.loss > 0 else 0.0
    figures = (
        f"on {counted(images, 'image')} that it has not seen it agrees with {after.accuracy:.0%} of the labels, the "
        f"others with {before.accuracy:.0%}; with it their log loss is {after.loss:.2f} instead of {before.loss:.2f}"
    )
    return Choice(name, gain >= GAIN_FROM, figures if gain >= GAIN_FROM else f"it hardly helps: {figures}")


def are_weak(frozen_loss: float, with_small: float) -> bool:
    """Return whether frozen features are weak: a small network from random weights adds much to them.

    Args:
        frozen_loss: log loss of the frozen features, in nats, out of fold.
        with_small: log loss of both pooled.
    """
    return frozen_loss > 0 and 1 - with_small / frozen_loss >= WEAK_FROM


def offer(command: str, frozen_loss: float, with_small: float, seconds: float) -> str:
    """Return the sentence that offers a fine-tuned network, where frozen features are weak.

    Args:
        command: that audits the same labels.
        frozen_loss: see `are_weak`.
        with_small: see `are_weak`.
        seconds: what fine-tuning is estimated to take.
    """
    minutes = minutes_for(seconds)
    longer = f" --minutes {minutes}" if minutes > DEFAULT_MINUTES else ""
    return (
        f"frozen features are weak here (a small network takes {1 - with_small / frozen_loss:.0%} off their log loss): "
        f"`{command} --architectures auto{longer}` adds a fine-tuned network, "
        f"about {duration(seconds, rough=True)}"
    )


def minutes_for(seconds: float) -> int:
    """Return a budget in minutes that has room for a training: twice its time, at least the default."""
    return max(int(DEFAULT_MINUTES), math.ceil(2 * seconds / 60))
