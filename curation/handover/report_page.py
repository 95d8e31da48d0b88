"""The report to share as one page that needs nothing but itself: people and versions first, then networks and audit."""

from typing import Any

from markupsafe import Markup

from curation.comparison.headline import headline_sentence
from curation.comparison.pages.image_rows import Pictures
from curation.comparison.pages.write import comparison_sections
from curation.datasets.rows import SPLITS
from curation.decisions.verdicts import VERDICTS
from curation.reports.audit.page import SuspectPicturesOf, TwinPictureOf, audit_sections
from curation.reports.brief import brief, next_step
from curation.reports.frame import Section, page, parts_of
from curation.reports.templates import render
from curation.words import counted


def share_page(
    figures: dict[str, Any],
    style: str,
    pictures: SuspectPicturesOf,
    twins: TwinPictureOf,
    compared: Pictures,
) -> Markup:
    """Return the whole page.

    Args:
        figures: as `share_figures` returns them.
        style: the style sheets.
        pictures: row -> picture and overlays of a suspicious image.
        twins: row -> small picture.
        compared: the pictures of the comparison.
    """
    comparison = comparison_sections(figures["comparison"], compared) if figures["comparison"] else []
    audited = audit_sections(figures["audit"], pictures, twins)

    def body(template: str, **values: object) -> Markup:
        return render(f"curation/handover/templates/{template}.html", figures=figures, **values)

    sections = [
        Section("summary", "Summary", body("summary", tiles=_tiles(figures), brief=_brief(figures))),
        Section("decisions", "Decisions", body("decisions", **_decisions(figures["decisions"]))),
        Section("versions", "Versions of the labels", body("versions", versions=_versions(figures)), "Versions"),
        Section("trainings", "Trainings", body("trainings")),
        Section("comparison", "Comparison", parts=parts_of("comparison", comparison)),
        Section("audit", "Audit", parts=parts_of("audit", audited)),
    ]
    return page(figures["dataset"]["title"], "report", body("report_about"), sections, style)


def _brief(figures: dict[str, Any]) -> Markup:
    """Return the five lines that the report begins with."""
    decisions, versions, name = figures["decisions"], figures["versions"], figures["dataset"]["name"]
    newest = versions[-1]
    curated = [version["version"] for version in versions[1:]]
    people = "nobody has judged a label yet"
    if decisions["images"]:
        reviewers = counted(len(decisions["reviewers"]), "person", "people")
        people = f"{counted(decisions['images'], 'image')} by {reviewers}"
    if curated:
        changed, out = sum(newest["changed"].values()), sum(newest["out"].values())
        people += f"; {newest['version']} corrects {counted(changed, 'label')} and leaves out {counted(out, 'image')}"
    trained = [training for training in figures["trainings"] if training["version"] in curated]
    then = next_step(name, decisions["images"], newest["version"] if curated else "", len(trained))
    return brief(figures["audit"], people, _ranking(figures), then)


def _ranking(figures: dict[str, Any]) -> str:
    """Return who is right most often, and whether the corrected labels changed that."""
    compared = figures["comparison"]
    if not compared:
        return str(figures["no_comparison"])
    methods = {line["name"]: line["method"] for line in compared["contestants"]}
    said = headline_sentence(compared)
    for contest in compared["contests"][:1]:
        first, second = (
            " and ".join(methods[name] for name in contest["winner"][contest[moment]]) for moment in ("before", "after")
        )
        same = "the same one leads" if first == second else f"{first} leads there, {second} here"
        said += f"; on the labels as given and of {contest['after']}, {same}"
    if len(compared["versions"]) == 1:
        said += "; not tested on corrected labels yet"
    return said


def _tiles(figures: dict[str, Any]) -> list[tuple[str, str]]:
    versions = figures["versions"]
    newest = versions[-1]
    tiles = [
        (figures["audit"]["images"], "images audited"),
        (figures["decisions"]["images"], "of them judged by people"),
        (len(versions) - 1, "curated versions"),
        (len(figures["trainings"]), "trainings"),
    ]
    if len(versions) > 1:
        tiles += [
            (sum(newest["changed"].values()), f"labels changed in {newest['version']}"),
            (sum(newest["out"].values()), f"images left out of {newest['version']}"),
        ]
    return [(f"{count:,}", unit) for count, unit in tiles]


def _decisions(decisions: dict[str, Any]) -> dict[str, object]:
    """Return a row for each verdict that was given, a column for each reviewer."""
    reviewers = sorted(decisions["reviewers"])
    columns = [*(decisions["reviewers"][reviewer] for reviewer in reviewers), decisions["all"]]
    verdicts = [verdict for verdict in VERDICTS if decisions["all"].get(verdict)]
    return {
        "decisions": decisions,
        "table_head": ["verdict", *reviewers, "all"],
        "rows": [[verdict, *(f"{counts.get(verdict, 0):,}" for counts in columns)] for verdict in verdicts],
    }


def _versions(figures: dict[str, Any]) -> list[tuple[dict[str, Any], list[int]]]:
    """Return each version with its counts: images, images of each split, labels changed, images left out."""
    versions = []
    for version in figures["versions"]:
        images = {split: sum(classes.values()) for split, classes in version["counts"].items()}
        counts = [sum(images.values()), *(images.get(split, 0) for split in SPLITS)]
        versions.append((version, [*counts, sum(version["changed"].values()), sum(version["out"].values())]))
    return versions
