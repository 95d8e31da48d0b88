"""Opinions of people in another tool as decisions: all of a file or none of it, and none of them twice."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from curation.datasets.tables.matching import images_of_names
from curation.decisions.decision import Decision, checked_reviewer
from curation.decisions.ledger import Ledger
from curation.decisions.verdicts import KEEP, RELABEL, VERDICTS
from curation.handover.labelling_tools import cvat, fiftyone_files, label_studio, lightly
from curation.handover.labelling_tools.opinion import Opinion, Opinions, read_json_file
from curation.words import counted, first_few
from models.errors import ErrataError, unknown

_SEVERAL = "multi-label"  # several classes that a person chose together


@dataclass(frozen=True)
class Imported:
    """What became of a file."""

    tool: str
    written: tuple[Decision, ...]
    known: int  # verdicts that the reviewer had given already
    not_here: tuple[str, ...]  # images of the file that the data set does not have
    unjudged: int  # images of the file that nobody judged
    respelt: str = ""  # what was taken for what where names are not spelt as in the data set

    def sentence(self) -> str:
        """Return it in words, without a full stop."""
        parts = [f"{counted(len(self.written), 'verdict')} read from {self.tool}"]
        if self.known:
            parts.append(f"{self.known:,} were here already")
        if self.unjudged:
            parts.append(f"{counted(self.unjudged, 'image')} without a class that a person chose")
        if self.not_here:
            parts.append(f"{counted(len(self.not_here), 'image')} not in this data set ({first_few(self.not_here)})")
        return "; ".join([*parts, *([self.respelt] if self.respelt else [])])


def read_opinions(path: Path) -> Opinions:
    """Return what a file of another tool says, recognised by its content.

    Raises:
        ErrataError: it cannot be read, or is of no known tool.
    """
    if path.suffix.lower() == ".xml":
        return cvat.parse(path)
    if path.suffix.lower() == ".csv":
        return lightly.parse(path)
    content = read_json_file(path)
    if isinstance(content, list):
        return label_studio.parse(path, content)
    if fiftyone_files.is_export(content):
        return fiftyone_files.parse(path, content)
    raise ErrataError(
        f"{path} is of no tool that is known: expected Label Studio's JSON, CVAT's XML for images 1.1, "
        "LightlyStudio's classification CSV, or labels.json or samples.json of FiftyOne"
    )


def import_opinions(ledger: Ledger, path: Path, reviewer: str) -> Imported:
    """Write what a file of another tool says to the log, as one batch for each reviewer.

    Args:
        ledger: of the data set.
        path: the file.
        reviewer: of opinions that the file gives no name to.

    Raises:
        ErrataError: the file cannot be read, an image of it may be several, a class is unknown, nobody is named, or
            none of its images is in the data set: nothing was imported.
    """
    read = read_opinions(path)
    try:
        images, matches = images_of_names(
            [opinion.image for opinion in read.opinions], ledger.rows.image_ids.tolist(), ledger.rows.root
        )
    except ErrataError as error:
        raise ErrataError(f"{path} {error}; nothing was imported") from error
    found = [(images[opinion.image], opinion) for opinion in read.opinions if opinion.image in images]
    not_here = [opinion.image for opinion in read.opinions if opinion.image not in images]
    if read.opinions and not found:
        raise ErrataError(
            f"{path} has none of these images (as {not_here[0]}); nothing was imported: is it of another data set?"
        )
    decisions = [_decision(ledger, image_id, opinion, reviewer, read.tool) for image_id, opinion in found]
    latest = list({(decision.image_id, decision.reviewer): decision for decision in decisions}.values())
    with ledger.reading() as state:
        new = [
            decision
            for decision in latest
            if not decision.says_the_same_as(state.verdicts(decision.image_id).get(decision.reviewer))
        ]
    written = ledger.decide(*new) if new else []
    return Imported(
        read.tool, tuple(written), len(latest) - len(new), tuple(not_here), read.unjudged, matches.sentence()
    )


def _decision(ledger: Ledger, image_id: str, opinion: Opinion, reviewer: str, tool: str) -> Decision:
    """Return the decision that an opinion on an image is."""
    name = checked_reviewer(opinion.reviewer or reviewer) if opinion.reviewer or reviewer else ""
    if not name:
        raise ErrataError(f"the file does not say who judged {opinion.image!r}; name the reviewer with --reviewer")
    label = ledger.label_of(image_id)
    fields: Mapping[str, object] = {"label": label, "looked_s": opinion.looked_s, "queue": tool, "source": "import"}
    if len(opinion.classes) == 1 and opinion.classes[0] not in ledger.classes:
        answer = VERDICTS.get(opinion.classes[0])
        if answer is not None and answer.classes_named == "none":
            return Decision(name, image_id, answer.name, **fields)  # type: ignore[arg-type]
    classes = tuple(dict.fromkeys(ledger.class_now(each) for each in opinion.classes))
    for each in classes:
        if each not in ledger.classes:
            raise unknown("class", each, ledger.classes)
    if len(classes) > 1:
        return Decision(name, image_id, _SEVERAL, classes, **fields)  # type: ignore[arg-type]
    if classes == (label,):
        return Decision(name, image_id, KEEP, **fields)  # type: ignore[arg-type]
    return Decision(name, image_id, RELABEL, classes, **fields)  # type: ignore[arg-type]
