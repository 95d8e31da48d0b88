"""The end of the report: skipped files, time and memory, how everything was computed."""

from typing import Any

from curation.images.duplicates import MAX_BITS
from curation.images.near_pairs import MIN_COSINE, NEIGHBOURS
from curation.images.problems import COMMON
from curation.images.registration import MIN_CORRELATION, MIN_DETAIL, SIDE_PX
from curation.reports.html import pair_table, section, table, text
from curation.scoring.findings import JUDGE
from curation.words import counted

_SKIPPED = 200  # lines shown
_MAPS = (
    "Grad-CAM (Selvaraju et al. 2017, arXiv:1610.02391): a training image by the fold model that did not train on it, "
    "any other image by the model of the first fold; scaled to each map's own maximum."
)


def skipped_section(figures: dict[str, Any]) -> str:
    """Return the files that could not be read, each with its problem."""
    skipped = figures["skipped"]
    if not skipped:
        return section("skipped", "Skipped files", "<p>None: every listed file could be read.</p>")
    rows = [[f"<span class=id>{text(one['image_id'])}</span>", text(one["problem"])] for one in skipped[:_SKIPPED]]
    more = f"<p class=note>{len(skipped) - _SKIPPED:,} more are in report.json.</p>" if len(skipped) > _SKIPPED else ""
    listed = figures["images"] + len(skipped)
    lead = f"<p class=lead>{counted(len(skipped), 'file')} of {listed:,} took no part in the audit.</p>"
    return section("skipped", "Skipped files", lead, table(("file", "problem"), rows), more)


def stages_section(figures: dict[str, Any]) -> str:
    """Return the time and memory of each stage; those that an earlier command had finished are marked."""
    stages = figures["stages"]
    if not stages:
        return ""
    longest = max(stage["seconds"] for stage in stages) or 1.0
    rows = [
        [
            text(stage["name"]),
            f"{stage['seconds']:,.1f} s",
            f'<span class="bar"><i style="width:{100 * stage["seconds"] / longest:.1f}%"></i></span>',
            f"{stage['peak_mb']:,.0f} MiB",
            "reused: done by an earlier command" if stage["reused"] else "",
        ]
        for stage in stages
    ]
    total, now = sum(one["seconds"] for one in stages), sum(one["seconds"] for one in stages if not one["reused"])
    highest = max(stage["peak_mb"] for stage in stages)
    rows.append(
        ["<b>all</b>", f"<b>{total:,.1f} s</b>", "", f"<b>{highest:,.0f} MiB</b>", f"{now:,.1f} s in the last command"]
    )
    note = "<p class=note>Memory: the most the process had held by the end of the stage, resident; it never falls.</p>"
    head = ("stage", "time", "", "peak memory", "")
    return section("stages", "Time and memory", table(head, rows, numeric=(1, 3), name="stages"), note)


def notes_section(figures: dict[str, Any]) -> str:
    """Return how the figures were computed, with settings, versions and hashes."""
    weights = ", ".join(f"{name} {weight:.2f}" for name, weight in figures["trouble"]["voters"].items() if weight)
    judged = " The judge speaks for the frozen backbones." if JUDGE in figures["trouble"]["voters"] else ""
    combined = " and ".join(one["name"] for one in figures["architectures"] if one["members"])
    again = f" What combines them ({combined}) is not counted again." if combined else ""
    notes = [
        ("Predictions", _predictions(figures)),
        (
            "Label quality",
            "the probability of the given label by all voters together, a geometric mean with weights fitted to the "
            f"given labels: {weights}.{judged}{again} "
            "Source: Northcutt et al. 2021, doi:10.1613/jair.1.12125.",
        ),
        ("Intervals", "Wilson 1927, doi:10.1080/01621459.1927.10502953, at 95 %; images are taken as independent."),
        (
            "Duplicates",
            f"exact: the same bytes; near: perceptual hashes at most {MAX_BITS} of 64 bits apart, or (where a backbone "
            f"is frozen) among the {NEIGHBOURS} nearest by its features with a cosine of {MIN_COSINE} or more, and one "
            f"picture lies over the other: at {SIDE_PX} px, after a crop, both correlate by {MIN_CORRELATION} or more "
            f"and their detail by {MIN_DETAIL}.",
        ),
        (
            "Image problems",
            "the checks of cleanvision; blur by how fast edges fade with size. What more than "
            f"{100 * COMMON:.0f} % of the images fail is taken for how the set is.",
        ),
        ("Licence of the images", f"{figures['dataset']['licence']}. Small copies of some of them are in this file."),
    ]
    if not _elsewhere(figures):
        notes.insert(3, ("Maps", _MAPS))
    lines = "".join(f"<dt>{name}</dt><dd>{text(note)}</dd>" for name, note in notes)
    return section("notes", "Method and versions", f'<dl class="notes">{lines}</dl>', _provenance(figures))


def _predictions(figures: dict[str, Any]) -> str:
    if figures["in_sample"]:
        return "made elsewhere, without a fold for each image: the model may have trained on images it judges."
    if _elsewhere(figures):
        return "made elsewhere; the fold of each image is taken from the file."
    return (
        f"each training image is judged by the one of {figures['config']['folds']} fold models that trained neither on "
        "it nor on a copy of it, each image of another split by the mean of all of them. "
        "A copy in train of a test image is a leak, see Duplicates."
    )


def _elsewhere(figures: dict[str, Any]) -> bool:
    """Return whether the models were trained elsewhere: there is no network to look into and no fold of ours."""
    return any(one["training"] == "elsewhere" for one in figures["architectures"])


def _provenance(figures: dict[str, Any]) -> str:
    settings = [
        (key, ", ".join(value) if isinstance(value, list) else value) for key, value in figures["config"].items()
    ]
    hashes = [("images and labels", figures["hashes"]["images_and_labels"])]
    hashes += [(f"predictions of {name}", value) for name, value in figures["hashes"]["predictions"].items()]
    blocks = (("Settings", settings), ("Versions", list(figures["versions"].items())), ("Hashes", hashes))
    shown = "".join(f"<div><h3>{name}</h3>{pair_table(pairs)}</div>" for name, pairs in blocks)
    return f'<div class="provenance">{shown}</div>'
