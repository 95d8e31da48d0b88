"""What is to be trained: the commands that make every combination of versions, architectures and recipes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from curation.results.audit import Audit
from curation.results.runs import finished_runs
from curation.results.trained import load_run
from curation.training.estimate import Estimate, estimate_training
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL, versions
from models.training.recipes import RECIPES, Recipe

# Light on purpose: the registry itself holds torch (tested to agree). Whether weights come with it, or for download.
ARCHITECTURES: dict[str, str] = {
    "efficientnet_lite0": "pretrained",
    "efficientnet_lite1": "pretrained",
    "efficientnet_lite2": "pretrained",
    "simple_cnn_norm_dropout": "",
    "residual_cnn": "",
    "simple_cnn": "",
    "simple_cnn_sigmoid": "",
    "simple_cnn_tanh": "",
    "plain_cnn": "",
    "cnn3": "",
    "deep_cnn": "",
    "deep_cnn_bn": "",
    "resnet18": "download",
    "resnet50": "download",
    "mobilenet_v2": "download",
    "mobilenet_v3_large": "download",
    "vgg16": "download",
}
FROZEN = "efficientnet_lite0"  # the backbone of a quick retrain where the audit has none
QUICK_SEEDS = 3


@dataclass(frozen=True)
class Plan:
    """One training: a command, and what it will take."""

    arguments: tuple[str, ...]
    title: str
    estimate: Estimate


def variants() -> list[str]:
    """Return what can be trained: each architecture, and those with pretrained weights in each way."""
    every = []
    for name, weights in ARCHITECTURES.items():
        every += [name, f"{name}@finetuned", f"{name}@scratch"] if weights else [name]
    return every


def about_variant(variant: str) -> str:
    """Return a variant in words."""
    name, _, mode = variant.partition("@")
    weights = ARCHITECTURES.get(name, "download" if ":" in name else "")
    how = {"finetuned": "all of it trained further", "scratch": "from random weights"}
    said = how.get(mode) or ("frozen, head trained" if weights else "from random weights")
    return f"{name} · {said}{' · weights are downloaded' if weights == 'download' and mode != 'scratch' else ''}"


def plan_trainings(
    workspace: Workspace,
    audit: Audit,
    labels: Sequence[str],
    architectures: Sequence[str],
    recipes: Sequence[str],
    seeds: int,
    settings: Mapping[str, int | float],
) -> list[Plan]:
    """Return one training for each combination; without a recipe the default settings, else each recipe's.

    Args:
        workspace: finished runs in it tell how long these will take.
        audit: of the data set.
        labels: versions of its labels.
        architectures: variants; each recipe's own where empty.
        recipes: of RECIPES.
        seeds: of each.
        settings: options that replace those of the recipe, as `epochs`.
    """
    plans = []
    for version, recipe, variant in product(labels, recipes or [""], architectures or [""]):
        if not recipe and not variant:
            continue
        own = RECIPES[recipe] if recipe else Recipe(variant)
        options = ["--recipe", recipe] if recipe else []
        options += ["--architecture", variant] if variant else []
        options += ["--version", version] if version != ORIGINAL else []
        options += ["--seeds", str(seeds)] if seeds > 1 else []
        for name, value in settings.items():
            options += [f"--{name.replace('_', '-')}", f"{value:g}"]
        title = f"{recipe or variant}{f' with {variant}' if recipe and variant else ''} on {version}"
        time = _estimate(workspace, audit, own, variant or own.architecture, seeds, settings)
        plans.append(Plan(("train", audit.name, *options), title, time))
    return plans


def plan_retrain(workspace: Workspace, audit: Audit) -> list[Plan]:
    """Return the quick retrain after a review: the audit's frozen backbone on the newest and on the given labels.

    Three seeds each; what is finished already is left out.
    """
    frozen = [one.name for one in audit.voters if one.frozen] or [FROZEN]
    newest = versions(workspace, audit.name)[-1]
    done = {
        (run.config.get("recipe"), run.config.get("version"), run.seed)
        for run in (load_run(folder) for folder in finished_runs(workspace, dataset=audit.name))
    }
    wanted = [
        version
        for version in dict.fromkeys((newest, ORIGINAL))
        if any((frozen[0], version, seed) not in done for seed in range(QUICK_SEEDS))
    ]
    return plan_trainings(workspace, audit, wanted, frozen[:1], (), QUICK_SEEDS, {})


def _estimate(
    workspace: Workspace, audit: Audit, own: Recipe, variant: str, seeds: int, settings: Mapping[str, int | float]
) -> Estimate:
    name, _, mode = variant.partition("@")
    mode = mode or ("frozen" if ARCHITECTURES.get(name, "download" if ":" in name else "") else "scratch")
    images = int((audit.rows.splits == "train").sum())
    most = int(settings.get("max_train_images", own.max_train_images))
    epochs = int(settings.get("epochs", own.config.epochs))
    views = int(settings.get("views", own.config.views))
    return estimate_training(workspace, audit.name, name, mode, min(images, most or images), epochs, seeds, views)
