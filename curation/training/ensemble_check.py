"""Which members an ensemble may be made of."""

from curation.training.request import TrainRequest
from curation.workspace.folders import Workspace
from curation.workspace.run_files import read_config
from models.errors import ErrataError, unknown
from models.files.atomic import checked_name
from models.training.recipes import DEFAULT


def check_ensemble(workspace: Workspace, request: TrainRequest) -> None:
    """Raise if a request is wrong, before any work is done.

    Raises:
        ErrataError: fewer than two members; a member that is named twice, unknown or not cross-validated; or a setting
            that does not reach the members, which are trained as an audit trains them.
    """
    from models.networks.variants import parse_variant
    from models.training.fabric import together

    members = request.recipe.members
    if len(members) < 2:
        raise ErrataError(f"an ensemble needs at least two members, found {len(members)}; name them with --members")
    if len(set(members)) < len(members):
        raise ErrataError(f"a member is named twice in --members {','.join(members)}; name each once")
    if settings := _settings_without_effect(request):
        raise ErrataError(
            f"--{settings[0].replace('_', '-')} does not reach the members of an ensemble, which are trained as an "
            "audit trains them; leave it out"
        )
    if together():
        raise ErrataError("an ensemble trains its folds side by side by itself; run it without torchrun")
    for name in members:
        if (workspace.runs / name / "config.json").exists():
            _check_run(workspace, name)
        elif "-" in name:  # as in every run's name, and in no architecture's
            raise unknown("cross-validated run", name, _cross_validated(workspace))
        else:
            parse_variant(name)


def _settings_without_effect(request: TrainRequest) -> list[str]:
    """Return the settings that were given though the members of an ensemble do not follow them."""
    recipe = request.recipe
    changed = [name for name, value in recipe.config.to_dict().items() if value != DEFAULT.to_dict()[name]]
    given = {"size": recipe.size_px, "weights": request.weights, "init_from": request.init_from}
    return [*changed, *(name for name, value in given.items() if value)]


def _check_run(workspace: Workspace, name: str) -> None:
    folder = workspace.runs / checked_name("run", name)
    config = read_config(folder)
    if "members" in config:
        raise ErrataError(f"{name} is an ensemble itself; name its members: {', '.join(config['members'])}")
    if "folds" not in config or not (folder / "predictions.npz").exists():
        raise ErrataError(
            f"{name} was not cross-validated: it has no predictions of training images that it did not learn from; "
            "name a variant, or a run of an audit"
        )


def _cross_validated(workspace: Workspace) -> list[str]:
    """Return the names of the runs that may be members: cross-validated, and no ensembles themselves."""
    configs = {path.parent.name: read_config(path.parent) for path in workspace.runs.glob("*/config.json")}
    return [
        name for name, config in configs.items() if {"rows_key", "folds"} <= config.keys() and "members" not in config
    ]
