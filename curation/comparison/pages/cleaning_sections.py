"""What cleaning the labels changed, and how the cleaner ones came about."""

from typing import Any

from curation.comparison.pages.verdict_sections import points
from curation.reports.html import percent, section, table, text
from curation.reports.training.words import plus_minus
from curation.words import counted, listed

Figures = dict[str, Any]


def changed_section(figures: Figures) -> str:
    """Return {trained on} x {tested on} for each method, and the commands for cells that are missing."""
    versions = [own["version"] for own in figures["versions"]]
    if len(versions) < 2:
        return ""
    head = ["", *(_cell_head(trained, tested) for trained in versions for tested in versions)]
    effects = [("cleaner_labels", "cleaner test labels"), ("cleaner_training", "cleaner training labels")]
    head += [f"{said}, {text(version)}<small>points</small>" for version in versions[1:] for _, said in effects]
    rows = []
    for line in figures["what_changed"]:
        cells = [_cell(line, trained, tested) for trained in versions for tested in versions]
        own = [line[key][version] for version in versions[1:] for key, _ in effects]
        rows.append([text(line["method"]), *cells, *(points(one) if one else percent(None) for one in own)])
    missing = [command for line in figures["what_changed"] for command in line["missing"].values()]
    how = f"<p class=note>What is missing is trained by:</p><pre>{text(chr(10).join(missing))}</pre>" if missing else ""
    lead = (
        "<p class=lead>Mean accuracy ± standard deviation over the seeds. Read across: the same networks on cleaner "
        "<b>test labels</b>. Read between the groups: networks that learned from cleaner <b>training labels</b>, on "
        f"the same test labels. n = {figures['images']['n']:,} test images in every cell; intervals are 95 %.</p>"
    )
    return section(
        "changed", "What cleaning changed", lead, table(head, rows, range(1, len(head)), "wide changed"), how
    )


def _cell_head(trained: str, tested: str) -> str:
    return f"trained on {text(trained)}<small>tested on {text(tested)}</small>"


def _cell(line: Figures, trained: str, tested: str) -> str:
    own = line["cells"].get(trained, {}).get(tested)
    return (
        percent(None) if own is None else f"{plus_minus(own['accuracy'])}<small>{counted(own['seeds'], 'seed')}</small>"
    )


def review_section(figures: Figures) -> str:
    """Return how the labels of each curated version came about."""
    blocks = [_review(version, own) for version, own in figures["review"].items()]
    if not blocks:
        return ""
    lead = (
        "<p class=lead>Correcting only what models suspect favours these models: an error that all of them share is "
        "never shown to anybody. So the figures say what the review rests on. The accuracy from drawn looks alone "
        "counts images down to where every suspicious label was judged as themselves (for certain), and lets the looks "
        "drawn at random further down stand for all others, each by the inverse of its probability.</p>"
    )
    return section("review", "How the labels were curated", lead, *blocks)


def _review(version: str, own: Figures) -> str:
    if "problem" in own:
        return f'<h3>{text(version)}</h3><p class="warning">{text(own["problem"])}</p>'
    ways = listed([f"{n:,} {_WAYS[way]}" for way, n in own["ways"].items() if n]) or "none"
    blind = "" if own["blind"] is None else f"; {percent(own['blind'], 0)} were judged blind, the models' output hidden"
    items = [
        f"<b>{own['judged']:,} of {own['n']:,}</b> compared images were judged by "
        f"{counted(len(own['reviewers']), 'reviewer')}: {ways}{blind}.",
        f"<b>{counted(own['fixes'], 'label')}</b> differ from the given ones; {own['unproposed']:,} of these fixes "
        "nobody proposed but the reviewer.",
    ]
    if own["disputed"]:
        items.append(f"On {counted(own['disputed'], 'image')} reviewers disagree: the label is as given.")
    return f"<h3>{text(version)}</h3><ul class=facts-list>{''.join(f'<li>{item}</li>' for item in items)}</ul>"


_WAYS = {"drawn": "drawn at random", "by suspicion": "because a label looked suspicious", "picked": "picked by hand"}
