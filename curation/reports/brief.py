"""The five lines that a report begins with, for whoever reads no further."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from curation.reports.matrix import commonest
from curation.reports.templates import render
from curation.words import counted, sentence

_PAIRS = 2  # named


@dataclass(frozen=True)
class BriefLine:
    """A line: what it is about, what is to be said, and a command where one is next."""

    about: str
    text: str  # whole sentences
    command: str = ""


def brief(figures: Mapping[str, Any], people: str, ranking: str, then: BriefLine) -> Markup:
    """Return the five lines as HTML: how many labels are wrong, which, who looked, the ranking, what to do.

    Args:
        figures: of the audit's report.
        people: what was judged and changed so far, a sentence without its full stop.
        ranking: what is known of the networks' order, the same.
        then: what to do.
    """
    lines = [
        BriefLine("Wrong labels", sentence(figures["wrong_labels"]["sentence"])),
        BriefLine("Most often", sentence(_commonest(figures))),
        BriefLine("Judged by people", sentence(people)),
        BriefLine("Networks", sentence(ranking)),
        then,
    ]
    return render("curation/reports/templates/brief.html", lines=lines)


def audit_brief(figures: Mapping[str, Any]) -> Markup:
    """Return the five lines of the report of an audit alone."""
    name, judged = figures["dataset"]["name"], figures["wrong_labels"]["judged"]
    people = f"{counted(judged, 'image is', 'images are')} judged" if judged else "nobody has judged a label yet"
    return brief(figures, people, _accuracies(figures), next_step(name, judged, "", 0))


def next_step(name: str, judged: int, version: str, trainings: int) -> BriefLine:
    """Return what to do next with a data set.

    Args:
        name: of the data set.
        judged: images with a verdict.
        version: the newest curated one; empty before there is one.
        trainings: on a curated version.
    """

    def line(text: str, *command: str) -> BriefLine:
        return BriefLine("What to do", text, shlex.join(["errata", *command]))

    if not judged:
        return line("Judge the most suspicious labels.", "review", name)
    if not version:
        return line("Judge on, or make a version of the labels from these verdicts.", "split", name)
    if not trainings:
        return line("Train on the corrected labels, and compare.", "train", name, "--version", version)
    return line("Publish what was corrected.", "export", name, "--version", version)


def _commonest(figures: Mapping[str, Any]) -> str:
    """Return the most frequent pairs of a given label and the class that its images show instead."""
    classes, counts = figures["dataset"]["classes"], figures["trouble"]["class_pairs"]
    pairs = commonest(counts, _PAIRS)
    if not pairs:
        return "by the models, no class is mistaken for another"
    named = [f"labelled {classes[i]}, shows {classes[j]} ({counted(n, 'image')})" for i, j, n, _ in pairs]
    return f"by the models, {'; '.join(named)}"


def _accuracies(figures: Mapping[str, Any]) -> str:
    split = next(iter(figures["splits"]))
    said = [
        f"{architecture['name']} is right for {100 * architecture['splits'][split]['accuracy']:.1f} %"
        for architecture in figures["architectures"]
    ]
    n = counted(figures["splits"][split]["images"], f"{split} image")
    return f"on the labels as given of {n}, {', '.join(said)}; not tested on corrected labels yet"
