"""Which trainings are planned: a command for each combination of version, recipe and architecture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from app.jobs.request import training_title
from app.jobs.variants import mode_of
from curation.results.audit import Audit
from curation.results.runs import finished_runs
from curation.results.trained import load_run
from curation.training.estimate import Estimate, estimate_training
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL, version_names
from models.networks.variant_name import architecture_name
from models.training.recipes import RECIPES, Recipe

FROZEN = "efficientnet_lite0"  # the backbone of a quick retrain where the audit has none
QUICK_SEEDS = 3


@dataclass(frozen=True)
class Plan:
    """One training: a command, and what it will take."""

    arguments: tuple[str, ...]
    title: str
    estimate: Estimate


def plan_trainings(
    workspace: Workspace,
    audit: Audit,
    labels: Sequence[str],
    architectures: Sequence[str],
    recipes: Sequence[str],
    seeds: int,
    settings: Mapping[str, int | float],
) -> list[Plan]:
    """Return one training for each combination of version, recipe and architecture.

    Args:
        workspace: finished runs in it tell how long these will take.
        audit: of the data set.
        labels: versions of its labels.
        architectures: variants; each recipe's own where empty.
        recipes: of RECIPES; the default settings where empty.
        seeds: how many of each.
        settings: options that replace those of the recipe, as `epochs`.
    """
    plans = []
    for version, recipe, variant in product(labels, recipes or [""], architectures or [""]):
        if not recipe and not variant:
            continue
        base = RECIPES[recipe] if recipe else Recipe(variant)
        options = ["--recipe", recipe] if recipe else []
        options += ["--architecture", variant] if variant else []
        options += ["--version", version] if version != ORIGINAL else []
        options += ["--seeds", str(seeds)] if seeds > 1 else []
        for name, value in settings.items():
            options += [f"--{name.replace('_', '-')}", f"{value:g}"]
        estimate = _estimate(workspace, audit, base, variant or base.architecture, seeds, settings)
        arguments = ("train", audit.name, *options)
        plans.append(Plan(arguments, training_title(recipe, variant, version), estimate))
    return plans


def plan_retrain(workspace: Workspace, audit: Audit) -> list[Plan]:
    """Return the quick retrain after a review: the audit's frozen backbone on the newest and on the given labels.

    Three seeds each; what is finished already is left out.
    """
    frozen = [architecture.name for architecture in audit.voters if architecture.frozen] or [FROZEN]
    newest = version_names(workspace, audit.name)[-1]
    runs = [load_run(folder) for folder in finished_runs(workspace, dataset=audit.name)]
    finished = {(run.config.get("recipe"), run.config.get("version"), run.seed) for run in runs}
    wanted = [
        version
        for version in dict.fromkeys((newest, ORIGINAL))
        if any((frozen[0], version, seed) not in finished for seed in range(QUICK_SEEDS))
    ]
    return plan_trainings(workspace, audit, wanted, frozen[:1], (), QUICK_SEEDS, {})


def _estimate(
    workspace: Workspace, audit: Audit, base: Recipe, variant: str, seeds: int, settings: Mapping[str, int | float]
) -> Estimate:
    images = int((audit.rows.splits == "train").sum())
    most = int(settings.get("max_train_images", base.max_train_images))
    epochs = int(settings.get("epochs", base.config.epochs))
    views = int(settings.get("views", base.config.views))
    name, mode = architecture_name(variant), mode_of(variant)
    return estimate_training(workspace, audit.name, name, mode, min(images, most or images), epochs, seeds, views)
