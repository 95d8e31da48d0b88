"""The panel of the review: where it stands, what the image shows, and a button for every verdict."""

from typing import Any

import fiftyone.operators as foo
from fiftyone.operators import types

from curation.decisions.agreement import Agreement
from curation.in_fiftyone.desk import FiftyOneDesk
from curation.in_fiftyone.desks import desk_of
from curation.in_fiftyone.review_plugin.operators import judge, reverse
from curation.review.budget import stop_sentence
from curation.review.review_progress import Progress
from curation.workspace.folders import Workspace
from models.errors import ErrataError

_BUTTONS = (  # rows of name, quick verdict, label
    (("keep", "keep", "Keep (K)"), ("accept", "accept", "Accept suggestion (A)")),
    (("ambiguous", "ambiguous", "Ambiguous (B)"), ("none_of_these", "none-of-these", "None of these (N)")),
    (("exclude", "exclude", "Exclude (X)"), ("unsure", "unsure", "Unsure (U)")),
    (("undo", "undo", "Undo (Z)"), ("redo", "redo", "Redo (Y)")),
)


class ReviewPanel(foo.Panel):  # type: ignore[misc]  # FiftyOne has no types
    """Shown beside the grid and beside the open image."""

    @property
    def config(self) -> Any:
        """Its name and where it can be opened."""
        return foo.PanelConfig(name="review", label="Review labels", icon="rate_review", surfaces="grid modal")

    def on_load(self, ctx: Any) -> None:
        """Draw it; `render` follows every event."""

    def on_change_current_sample(self, ctx: Any) -> None:
        """Draw it for another image."""

    def on_change_selected(self, ctx: Any) -> None:
        """Draw it for another selection."""

    def on_change_view(self, ctx: Any) -> None:
        """Draw it for another view."""

    def press(self, ctx: Any) -> None:
        """Do what a button says."""
        quick = str(ctx.params.get("quick", ""))
        if quick in ("undo", "redo"):
            reverse(ctx, quick)
        else:
            judge(ctx, quick, str(ctx.params.get("label", "")))

    def render(self, ctx: Any) -> Any:
        """Return text and buttons."""
        panel = types.Object()
        try:
            desk, progress = desk_of(Workspace.from_environment(), str(ctx.dataset_name))
            paragraphs = [_target(ctx, desk, progress), *_standing(ctx, desk, progress)]
        except ErrataError as error:
            paragraphs, desk = [f"{error}."], None
        for number, text in enumerate(paragraphs):
            # The name holds the text: the App keeps the first text it was given under a name.
            panel.str(f"text_{number}_{abs(hash(text))}", default=text, view=types.MarkdownView(space=12))
        if desk is not None:
            self._buttons(panel, desk)
        return types.Property(panel, view=types.GridView(gap=2, align_x="left", orientation="vertical", pad=2))

    def _buttons(self, panel: Any, desk: FiftyOneDesk) -> None:
        for number, row in enumerate(_BUTTONS):
            line = panel.h_stack(f"row_{number}", gap=1)
            for name, quick, label in row:
                line.btn(name, label, on_click=self.press, params={"quick": quick}, variant="outlined")
        names = desk.ledger.classes
        for start in range(0, len(names), 3):
            line = panel.h_stack(f"classes_{start}", gap=1)
            for place, name in enumerate(names[start : start + 3], start + 1):
                label = f"{name} ({place})" if place <= 9 else name
                params = {"quick": "label", "label": name}
                line.btn(f"class_{place}", label, on_click=self.press, params=params, variant="outlined")


def _target(ctx: Any, desk: FiftyOneDesk, progress: Progress) -> str:
    """Return what a button would judge."""
    image_id = desk.image(ctx.current_sample) if ctx.current_sample else None
    if image_id is None:
        n = len(ctx.selected or [])
        return f"**{n:,} selected**" if n else "Open an image, or select some: a key or a button judges them."
    row, audit = desk.row_of[image_id], desk.audit
    given, suggested = (audit.rows.classes[labels[row]] for labels in (audit.rows.labels, audit.consensus.suggested))
    if given == suggested:
        return f"**{_plain(given)}**, and the models agree · {_plain(image_id)}"
    every, judged = progress.pair(row)
    return (
        f"**{_plain(given)} → {_plain(suggested)}** · {_plain(image_id)}\n\n"
        f"{judged:,} of {every:,} images of this pair judged in {audit.rows.splits[row]}"
    )


def _standing(ctx: Any, desk: FiftyOneDesk, progress: Progress) -> list[str]:
    split = _split(ctx, desk)
    standing = progress.standing(split, desk.reviewer)
    done = (
        f"{split}: **{standing.judged:,}** of {standing.images:,} images judged, {standing.own:,} by "
        f"{_plain(desk.reviewer)}; **{standing.budget.found:,}** wrong labels found"
    )
    left = stop_sentence(standing.budget)
    return [done, f"{left[:1].upper()}{left[1:]}.", _agreed(progress.agreement())]


def _agreed(found: Agreement) -> str:
    if not found.images or found.share is None:
        return "No image was judged by two reviewers yet."
    kappa = f", {found.method}'s kappa {found.kappa:.2f}" if found.kappa is not None else ""
    return f"Reviewers agree on {found.share:.0%} of {found.images:,} images that several judged{kappa}."


def _split(ctx: Any, desk: FiftyOneDesk) -> str:
    """Return the split of the open image, else of the first selected one, else of the first of the view."""
    for one in (ctx.current_sample, *(ctx.selected or [])[:1]):
        image_id = desk.image(one) if one else None
        if image_id in desk.row_of:
            return str(desk.audit.rows.splits[desk.row_of[image_id]])
    first = ctx.view.limit(1).values("image_id")
    row = desk.row_of.get(first[0], 0) if first else 0
    return str(desk.audit.rows.splits[row])


def _plain(name: str) -> str:
    """Return a name with the characters escaped that Markdown would take for its own."""
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]()<>#+-.!|&~" else letter for letter in name)
