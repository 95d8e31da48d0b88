"""The verdicts as operators: on the open image, else on all selected ones."""

from collections.abc import Callable
from typing import Any

import fiftyone.core.json as foj
import fiftyone.operators as foo
from fiftyone.operators import types

from curation.database.names import TO_REVIEW
from curation.in_fiftyone.desk import Done, FiftyOneDesk, Look
from curation.in_fiftyone.desks import desk_of
from curation.review.review_progress import Place, Progress
from curation.workspace.folders import Workspace
from models.errors import ErrataError

AFTER = "@errata/review/after"  # of index.js: shows what became of a verdict, and the next image
VERDICTS = {  # operator -> quick verdict, what its button says, icon
    "keep": ("keep", "Keep the given label (K)", "check"),
    "accept": ("accept", "Accept the suggested label (A)", "done_all"),
    "ambiguous": ("ambiguous", "Ambiguous: given or suggested label (B)", "help"),
    "none_of_these": ("none-of-these", "None of these classes (N)", "block"),
    "exclude": ("exclude", "Exclude (X)", "delete"),
    "unsure": ("unsure", "Unsure (U)", "question_mark"),
}
REVERSALS = {  # operator -> kind, what its button says, icon
    "undo": ("undo", "Take back my last verdict (Z)", "undo"),
    "redo": ("redo", "Bring it back (Y)", "redo"),
}


def act(ctx: Any, verdict: Callable[[FiftyOneDesk, Progress], Done], kind: str) -> dict[str, Any]:
    """Run a verdict; the page is told what became of it, and shows that and the next image."""
    try:
        desk, progress = desk_of(Workspace.from_environment(), str(ctx.dataset_name))
        done = verdict(desk, progress)
    except ErrataError as error:
        told: dict[str, Any] = {"kind": "refused", "said": f"{error}.", "ids": []}
    else:
        told = {"kind": kind, "said": f"{done.sentence}.", "ids": list(done.ids), "samples": _samples(desk, done)}
        told |= {"reviewer": desk.reviewer, "written": bool(done.decisions)}
    ctx.trigger(AFTER, told)
    return {"said": told["said"], "refused": told["kind"] == "refused"}


def judge(ctx: Any, quick: str, chosen: str = "", digit: int = 0) -> dict[str, Any]:
    """Write a verdict on the image in the parameters, else on the open one, else on the selected ones.

    Args:
        ctx: of the operator.
        quick: see `quick_verdicts`.
        chosen: class name, for `label`.
        digit: 1 for the first class, 0 where none was pressed; instead of `chosen`.
    """
    named = ctx.params.get("sample_id")
    shown = ctx.current_sample or ""
    ids = [named] if named else [shown] if shown else list(ctx.selected)
    seconds = ctx.params.get("looked_s")
    queue = f"FiftyOne: {ctx.request_params.get('view_name') or 'no saved view'}"

    def verdict(desk: FiftyOneDesk, progress: Progress) -> Done:
        looked_s = float(seconds) if isinstance(seconds, int | float) else None
        look = Look(shown, looked_s, queue, _place(ctx, desk, progress))
        return desk.decide(ids, quick, chosen or desk.digit(digit), look)

    return act(ctx, verdict, "verdict")


def reverse(ctx: Any, kind: str) -> dict[str, Any]:
    """Take back or bring back the reviewer's last verdict."""
    return act(ctx, lambda desk, _: desk.reverse(kind), kind)


def _place(ctx: Any, desk: FiftyOneDesk, progress: Progress) -> Place | None:
    """Return where the open image stands in the queue that the view is; None in other views, and in filtered ones."""
    row = desk.row_of.get(desk.image(ctx.current_sample or "") or "")
    name = str(ctx.request_params.get("view_name") or "")
    if row is None or not name.startswith(TO_REVIEW) or ctx.request_params.get("filters"):
        return None
    return progress.place_of_look(row, bool(ctx.params.get("walked")))


def _samples(desk: FiftyOneDesk, done: Done) -> list[Any]:
    """Return the changed samples as the page holds them; of many, which are shown in the grid alone, none."""
    if len(done.ids) != 1:
        return []
    from bson import ObjectId

    document = desk.dataset._sample_collection.find_one({"_id": ObjectId(done.ids[0])})
    return [foj.stringify(document)] if document else []


class _Placed(foo.Operator):  # type: ignore[misc]  # FiftyOne has no types
    """An operator with a button above the grid."""

    table: dict[str, tuple[str, str, str]]
    key: str

    @property
    def config(self) -> Any:
        """Its name and label."""
        _, label, icon = self.table[self.key]
        return foo.OperatorConfig(name=self.key, label=label, icon=icon, risk_level=types.RiskLevel.LOW)

    def resolve_placement(self, ctx: Any) -> Any:
        """Return its button above the grid."""
        _, label, icon = self.table[self.key]
        button = types.Button(label=label, icon=icon, prompt=False)
        return types.Placement(types.Places.SAMPLES_GRID_SECONDARY_ACTIONS, button)


class Verdict(_Placed):
    """One verdict."""

    table = VERDICTS

    def execute(self, ctx: Any) -> dict[str, Any]:
        """Write it."""
        return judge(ctx, self.table[self.key][0])


class Reversal(_Placed):
    """Undo or redo."""

    table = REVERSALS

    def execute(self, ctx: Any) -> dict[str, Any]:
        """Write it."""
        return reverse(ctx, self.table[self.key][0])


class SetLabel(foo.Operator):  # type: ignore[misc]
    """A verdict that names a class."""

    @property
    def config(self) -> Any:
        """Its name and label."""
        return foo.OperatorConfig(name="label", label="Set label …", icon="label", dynamic=True)

    def resolve_placement(self, ctx: Any) -> Any:
        """Return its button above the grid."""
        button = types.Button(label="Set label … (1 to 9)", icon="label", prompt=True)
        return types.Placement(types.Places.SAMPLES_GRID_SECONDARY_ACTIONS, button)

    def resolve_input(self, ctx: Any) -> Any:
        """Ask for the class."""
        form = types.Object()
        names = list(ctx.dataset.default_classes)
        form.enum("label", names, label="Label", required=True, view=types.AutocompleteView())
        return types.Property(form, view=types.View(label="Set label"))

    def execute(self, ctx: Any) -> dict[str, Any]:
        """Write it."""
        return judge(ctx, "label", str(ctx.params.get("label", "")))


class Judge(foo.Operator):  # type: ignore[misc]
    """Any verdict by its name: what the keys of index.js and the buttons of the panel call."""

    @property
    def config(self) -> Any:
        """Its name; it is in no menu."""
        return foo.OperatorConfig(name="judge", label="Judge", unlisted=True)

    def execute(self, ctx: Any) -> dict[str, Any]:
        """Write it, or take the last one back."""
        quick = str(ctx.params.get("quick", ""))
        if quick in ("undo", "redo"):
            return reverse(ctx, quick)
        return judge(ctx, quick, str(ctx.params.get("label", "")), int(ctx.params.get("digit") or 0))


OPERATORS: tuple[type[Any], ...] = (
    *(type(f"Verdict_{key}", (Verdict,), {"key": key}) for key in VERDICTS),
    *(type(f"Reversal_{key}", (Reversal,), {"key": key}) for key in REVERSALS),
    SetLabel,
    Judge,
)
