"""Who is really better, and who would have been chosen."""

from typing import Any

from curation.comparison.pages.columns import labels_name
from curation.reports.html import percent, section, table, text
from curation.words import counted, listed

Figures = dict[str, Any]
_SURE = 0.05  # a p-value below it, several tests allowed for, is marked


def contests_section(figures: Figures) -> str:
    """Return which contestant would have been chosen on each version of the labels, and how sure that is."""
    titles = _methods(figures)
    blocks = [_contest(own, titles) for own in figures["contests"]]
    if not blocks:
        return ""
    lead = (
        "<p class=lead>Would another architecture have been chosen on the labels as given? Each contest is among "
        "networks trained on the same labels. <b>Best in</b>: the share of "
        f"{figures['bootstrap']['draws']:,} bootstrap samples of the test images (and of the seeds, where there are "
        "several) in which it has the highest accuracy.</p>"
    )
    return section("contests", "Which one would be chosen", lead, *blocks)


def _contest(own: Figures, titles: dict[str, str]) -> str:
    before, after = own["before"], own["after"]
    winner = {version: listed([text(titles[name]) for name in own["winner"][version]]) for version in (before, after)}
    same = own["winner"][before] == own["winner"][after]
    said = (
        f"<b>{winner[after]}</b> wins on both."
        if same
        else f"The {labels_name(before)} pick <b>{winner[before]}</b>, the {labels_name(after)} <b>{winner[after]}</b>."
    )
    rows = [
        [
            text(titles[name]),
            *(
                cell
                for version in (before, after)
                for cell in (percent(own["accuracy"][version][place]), _bar(own["best"][version][place]))
            ),
        ]
        for place, name in enumerate(own["contestants"])
    ]
    head = [
        f"trained on {labels_name(own['trained'])}",
        *(cell for version in (before, after) for cell in (labels_name(version), "best in")),
    ]
    note = (
        f"With another test set of this size, the {labels_name(before)} would pick "
        f"{'another one than' if len(own['winner'][after]) == 1 else 'none of'} {winner[after]} with probability "
        f"<b>{percent(own['wrong_pick'], 0)}</b>, and the two versions would disagree on the same images with "
        f"probability <b>{percent(own['differ'], 0)}</b>. That {winner[before]} is not the best by the "
        f"{labels_name(after)} has probability <b>{percent(own['not_best'], 0)}</b>."
    )
    flip = "" if same else ' class="flip"'
    return f"<p{flip}>{said}</p>{table(head, rows, numeric=(1, 3), name='wide')}<p class=note>{note}</p>"


def _bar(share: float) -> str:
    return (
        f'<span class="meter"><b>{percent(share, 0)}</b>'
        f'<span class="bar"><i style="width:{100 * share:.1f}%"></i></span></span>'
    )


def _methods(figures: Figures) -> dict[str, str]:
    return {one["name"]: one["method"] for one in figures["contestants"]}


def pairs_section(figures: Figures) -> str:
    """Return the paired tests of each two contestants, by each version of the labels; the last one open."""
    titles = {one["name"]: one["title"] for one in figures["contestants"]}
    versions = [own["version"] for own in figures["versions"]]
    if len(figures["contestants"]) < 2:
        return ""
    lead = (
        "<p class=lead><b>Difference</b>: accuracy of the first less that of the second, means over the seeds, with a "
        "95 % interval from a bootstrap of the same images for both, and of the seeds where there are several. <b>Only "
        "right</b> counts the images that one run of each gets right and the other does not; McNemar's exact test asks "
        "whether that is chance. <b>p, all pairs</b> is Holm's: it allows for "
        f"{counted(len(figures['pairs'][versions[0]]), 'test')}. In bold: below 0.05.</p>"
    )
    blocks = [
        f"<details{' open' if version == versions[-1] else ''}><summary><h3>{labels_name(version)}</h3> "
        f"<span>n = {figures['images']['n']:,}</span></summary>{_pairs(figures['pairs'][version], titles)}</details>"
        for version in reversed(versions)
    ]
    return section("pairs", "Paired tests", lead, *blocks)


def _pairs(lines: list[Figures], titles: dict[str, str]) -> str:
    rows = [
        [
            f"{text(titles[one['first']])} <span class=soft>against</span> {text(titles[one['second']])}",
            points(one),
            f"{one['first_only']:,} : {one['second_only']:,}",
            p_value(one["p"]),
            f"<b>{p_value(one['p_holm'])}</b>" if one["p_holm"] < _SURE else p_value(one["p_holm"]),
        ]
        for one in lines
    ]
    return table(("", "difference, points", "only right", "p", "p, all pairs"), rows, (1, 2, 3, 4), "wide")


def points(one: Figures) -> str:
    """Return a difference of accuracies in points, with its interval."""
    return f"<b>{100 * one['difference']:+.1f}</b> <small>{100 * one['low']:+.1f} to {100 * one['high']:+.1f}</small>"


def p_value(p: float) -> str:
    """Return a p-value as it is best read."""
    return "&lt; 0.001" if p < 0.001 else f"{p:.3f}"
