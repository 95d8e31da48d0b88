"""The verdicts as operators: on the open image, else on all selected ones."""

from collections.abc import Callable, Sequence
from typing import Any

import fiftyone.operators as foo
from fiftyone.operators import types

from curation.database.samples import documents_for_page
from curation.decisions.verdicts import LABEL, PICK_KEY, REVERSALS, VERDICTS, Verdict
from curation.in_fiftyone.desk import FiftyOneDesk, VerdictResult, Viewing
from curation.in_fiftyone.desks import desk_of
from curation.in_fiftyone.middleware.news import MOST
from curation.in_fiftyone.review_plugin.alike import AFTER, select_alike
from curation.in_fiftyone.review_plugin.buttons import ALIKE, ALIKE_KEY, PICK
from curation.in_fiftyone.review_plugin.walking import Coming, queue_and_place, what_comes_next
from curation.workspace.folders import Workspace
from models.errors import ErrataError


def act(ctx: Any, verdict: Callable[[FiftyOneDesk], VerdictResult], kind: str) -> dict[str, Any]:
    """Run a verdict; the page is told what became of it, and shows that and the next image."""
    try:
        desk = desk_of(Workspace.from_environment(), str(ctx.dataset_name))
        result = verdict(desk)
    except ErrataError as error:
        told: dict[str, Any] = {"kind": "refused", "said": f"{error}.", "ids": []}
    else:
        told = {"kind": kind, "said": f"{result.sentence}.", "ids": list(result.sample_ids)}
        told |= {"samples": _samples(desk, result), "reviewer": desk.reviewer, "written": bool(result.decisions)}
        told |= what_comes_next(ctx, desk, kind, result)
    ctx.trigger(AFTER, told)
    return {"said": told["said"], "refused": told["kind"] == "refused"}


def write_verdict(ctx: Any, action: str, chosen: Sequence[str] = (), digit: int = 0) -> dict[str, Any]:
    """Write a verdict on the image in the parameters, else on the open one, else on the selected ones.

    Args:
        ctx: of the operator.
        action: see `decision_fields`.
        chosen: class names, see `decision_fields`.
        digit: 1 for the first class, instead of `chosen`; 0 where no digit was pressed.
    """
    shown = ctx.current_sample or ""
    wanted = ctx.params.get("sample_id") or shown
    sample_ids = [wanted] if wanted else list(ctx.selected)
    seconds = ctx.params.get("looked_s")

    def verdict(desk: FiftyOneDesk) -> VerdictResult:
        looked_s = float(seconds) if isinstance(seconds, int | float) else None
        viewing = Viewing(shown, looked_s, *queue_and_place(ctx, desk))
        return desk.decide(sample_ids, action, [desk.digit(digit)] if digit else chosen, viewing)

    return act(ctx, verdict, "verdict")


def reverse(ctx: Any, kind: str) -> dict[str, Any]:
    """Take back or bring back the reviewer's last verdict."""
    return act(ctx, lambda desk: desk.reverse(kind), kind)


def _samples(desk: FiftyOneDesk, result: VerdictResult) -> list[Any]:
    """Return the changed samples as the page holds them; nothing where there are too many: it loads all again."""
    return documents_for_page(desk.dataset, result.sample_ids) if len(result.sample_ids) <= MOST else []


def _button(label: str, icon: str, *, prompt: bool = False) -> Any:
    """Return a button above the grid."""
    button = types.Button(label=label, icon=icon, prompt=prompt)
    return types.Placement(types.Places.SAMPLES_GRID_SECONDARY_ACTIONS, button)


class VerdictOperator(foo.Operator):  # type: ignore[misc]  # FiftyOne has no types
    """One verdict."""

    verdict: Verdict

    @property
    def config(self) -> Any:
        """Its name and label."""
        label, name = f"{self.verdict.purpose} ({self.verdict.key})", self.verdict.operator
        return foo.OperatorConfig(name=name, label=label, icon=self.verdict.icon, risk_level=types.RiskLevel.LOW)

    def resolve_placement(self, ctx: Any) -> Any:
        """Return its button above the grid."""
        return _button(self.config.label, self.verdict.icon)

    def execute(self, ctx: Any) -> dict[str, Any]:
        """Write it."""
        return write_verdict(ctx, self.verdict.action)


class ReversalOperator(foo.Operator):  # type: ignore[misc]
    """Undo or redo."""

    kind: str

    @property
    def config(self) -> Any:
        """Its name and label."""
        key, _, purpose = REVERSALS[self.kind]
        label = f"{purpose} ({key})"
        return foo.OperatorConfig(name=self.kind, label=label, icon=self.kind, risk_level=types.RiskLevel.LOW)

    def resolve_placement(self, ctx: Any) -> Any:
        """Return its button above the grid."""
        return _button(self.config.label, self.kind)

    def execute(self, ctx: Any) -> dict[str, Any]:
        """Write it."""
        return reverse(ctx, self.kind)


class SetLabel(foo.Operator):  # type: ignore[misc]
    """A verdict that names a class."""

    @property
    def config(self) -> Any:
        """Its name and label."""
        return foo.OperatorConfig(name=LABEL, label="Set label …", icon="label", dynamic=True)

    def resolve_placement(self, ctx: Any) -> Any:
        """Return its button above the grid."""
        return _button("Set label … (1 to 9)", "label", prompt=True)

    def resolve_input(self, ctx: Any) -> Any:
        """Ask for the class."""
        form = types.Object()
        names = list(ctx.dataset.default_classes)
        form.enum("label", names, label="Label", required=True, view=types.AutocompleteView())
        return types.Property(form, view=types.View(label="Set label"))

    def execute(self, ctx: Any) -> dict[str, Any]:
        """Write it."""
        return write_verdict(ctx, LABEL, _named(ctx))


class PickClasses(foo.Operator):  # type: ignore[misc]
    """A verdict that names two or more classes, where these are not the given and the suggested one."""

    @property
    def config(self) -> Any:
        """Its name and label."""
        return foo.OperatorConfig(name=PICK, label=f"Pick classes … ({PICK_KEY})", icon="checklist", dynamic=True)

    def resolve_placement(self, ctx: Any) -> Any:
        """Return its button above the grid."""
        return _button(self.config.label, self.config.icon, prompt=True)

    def resolve_input(self, ctx: Any) -> Any:
        """Ask for the verdict and the classes."""
        form = types.Object()
        several = {
            verdict.action: verdict.button for verdict in VERDICTS.values() if verdict.classes_named == "several"
        }
        kinds = types.RadioGroup()
        for action, button in several.items():
            kinds.add_choice(action, label=button)
        form.enum("action", kinds.values(), label="Verdict", default=next(iter(several)), required=True, view=kinds)
        names = [types.Choice(name, label=name) for name in ctx.dataset.default_classes]
        view = types.AutocompleteView(multiple=True, choices=names, allow_user_input=False, allow_duplicates=False)
        labels = ctx.params.get("labels")
        form.list(
            "labels",
            types.String(),
            label="Classes, two or more",
            required=True,
            view=view,
            invalid=labels is not None and len(labels) < 2,
            error_message="choose two classes or more",
        )
        return types.Property(form, view=types.View(label="Pick classes"))

    def execute(self, ctx: Any) -> dict[str, Any]:
        """Write it."""
        return write_verdict(ctx, str(ctx.params.get("action", "")), [*map(str, ctx.params.get("labels") or ())])


class Judge(foo.Operator):  # type: ignore[misc]
    """Any verdict by its action: the keys of index.js and the buttons of the panel call it."""

    @property
    def config(self) -> Any:
        """Its name; it is in no menu."""
        return foo.OperatorConfig(name="judge", label="Judge", unlisted=True)

    def execute(self, ctx: Any) -> dict[str, Any]:
        """Write it, or take the last one back."""
        action = str(ctx.params.get("action", ""))
        if action in REVERSALS:
            return reverse(ctx, action)
        return write_verdict(ctx, action, _named(ctx), int(ctx.params.get("digit") or 0))


class SelectAlike(foo.Operator):  # type: ignore[misc]
    """The images most like a judged one, selected for the same verdict."""

    @property
    def config(self) -> Any:
        """Its name and label."""
        return foo.OperatorConfig(name=ALIKE, label=f"Select the images most like it ({ALIKE_KEY})", icon="select_all")

    def execute(self, ctx: Any) -> dict[str, Any]:
        """Let the page show and select them."""
        return select_alike(ctx)


def _named(ctx: Any) -> list[str]:
    """Return the class in the parameters of an operator."""
    return [str(ctx.params["label"])] if ctx.params.get("label") else []


def review_operators() -> tuple[type[Any], ...]:
    """Return the operators: one for each verdict and each reversal, and those that ask for classes."""
    return (
        *(
            type(f"Verdict_{verdict.operator}", (VerdictOperator,), {"verdict": verdict})
            for verdict in VERDICTS.values()
        ),
        *(type(f"Reversal_{kind}", (ReversalOperator,), {"kind": kind}) for kind in REVERSALS),
        SetLabel,
        PickClasses,
        SelectAlike,
        Judge,
        Coming,
    )
