"""The panel of the review: where it stands, what the image shows, and a button for every verdict."""

from typing import Any

import fiftyone.operators as foo
from fiftyone.operators import types

from curation.decisions.verdicts import LABEL, NONE_OF_THESE, REVERSALS
from curation.in_fiftyone.desk import FiftyOneDesk
from curation.in_fiftyone.desks import desk_of
from curation.in_fiftyone.review_plugin.alike import select_alike
from curation.in_fiftyone.review_plugin.buttons import ALIKE, PICK, likely_action, panel_buttons
from curation.in_fiftyone.review_plugin.operators import reverse, write_verdict
from curation.in_fiftyone.review_plugin.standing import plain, standing_lines
from curation.workspace.folders import Workspace
from models.errors import ErrataError

_BUTTONS_A_ROW, _CLASSES_A_ROW, _DIGITS = 2, 3, 9


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
        action, label = str(ctx.params.get("action", "")), str(ctx.params.get("label", ""))
        if action in REVERSALS:
            reverse(ctx, action)
        elif action == PICK:
            ctx.prompt(f"@errata/review/{PICK}")
        elif action == ALIKE:
            select_alike(ctx)
        else:
            write_verdict(ctx, action, [label] if label else [])

    def render(self, ctx: Any) -> Any:
        """Return text and buttons."""
        panel = types.Object()
        try:
            desk = desk_of(Workspace.from_environment(), str(ctx.dataset_name))
            paragraphs = [_target(ctx, desk), *standing_lines(desk.bench, desk.reviewer, _split(ctx, desk))]
        except ErrataError as error:
            paragraphs, desk = [f"{error}."], None
        for number, text in enumerate(paragraphs):
            # The name holds the text: the App keeps the first text it was given under a name.
            panel.str(f"text_{number}_{abs(hash(text))}", default=text, view=types.MarkdownView(space=12))
        if desk is not None:
            self._buttons(panel, desk, likely_action(desk, _open_row(ctx, desk)))
        return types.Property(panel, view=types.GridView(gap=2, align_x="left", orientation="vertical", pad=2))

    def _buttons(self, panel: Any, desk: FiftyOneDesk, likely: str) -> None:
        """Add a button for each verdict, the likely one filled, for undo and redo, and for each class."""
        buttons = panel_buttons()
        for start in range(0, len(buttons), _BUTTONS_A_ROW):
            line = panel.h_stack(f"row_{start}", gap=1)
            for action, label in buttons[start : start + _BUTTONS_A_ROW]:
                name = action.replace("-", "_")
                variant = "contained" if action == likely else "outlined"
                line.btn(name, label, on_click=self.press, params={"action": action}, variant=variant)
        names = desk.bench.ledger.classes
        for start in range(0, len(names), _CLASSES_A_ROW):
            line = panel.h_stack(f"classes_{start}", gap=1)
            for place, name in enumerate(names[start : start + _CLASSES_A_ROW], start + 1):
                label = f"{name} ({place})" if place <= _DIGITS else name
                params = {"action": LABEL, "label": name}
                line.btn(f"class_{place}", label, on_click=self.press, params=params, variant="outlined")


def _open_row(ctx: Any, desk: FiftyOneDesk) -> int | None:
    """Return the row of the open image; None where none is open."""
    return desk.bench.row_of.get(desk.image(ctx.current_sample) or "") if ctx.current_sample else None


def _target(ctx: Any, desk: FiftyOneDesk) -> str:
    """Return what a button would judge."""
    row, audit = _open_row(ctx, desk), desk.bench.audit
    if row is None:
        n = len(ctx.selected or [])
        return f"**{n:,} selected**" if n else "Open an image, or select some: a key or a button judges them."
    image_id = str(audit.rows.image_ids[row])
    given, suggested = (audit.rows.classes[labels[row]] for labels in (audit.rows.labels, audit.consensus.suggested))
    if likely_action(desk, row) == NONE_OF_THESE:
        return f"**{plain(given)} → probably none of these** · {plain(image_id)}"
    if given == suggested:
        return f"**{plain(given)}**, and the models agree · {plain(image_id)}"
    images, judged = desk.bench.pair_counts(row)
    return (
        f"**{plain(given)} → {plain(suggested)}** · {plain(image_id)}\n\n"
        f"{judged:,} of {images:,} images of this pair judged in {audit.rows.splits[row]}"
    )


def _split(ctx: Any, desk: FiftyOneDesk) -> str:
    """Return the split of the open image, else of the first selected one, else of the first of the view."""
    row_of, splits = desk.bench.row_of, desk.bench.audit.rows.splits
    for sample_id in (ctx.current_sample, *(ctx.selected or [])[:1]):
        image_id = desk.image(sample_id) if sample_id else None
        if image_id in row_of:
            return str(splits[row_of[image_id]])
    first = ctx.view.limit(1).values("image_id")
    return str(splits[row_of.get(first[0], 0) if first else 0])
