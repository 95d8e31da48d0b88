"""What is compared: the seeds of one recipe, trained on one version of the labels, are one contestant."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from curation.images.keys import rows_key
from curation.reports.numbers import setting_text
from curation.results.runs import finished_runs
from curation.results.trained import TrainedRun, load_run
from curation.versions.rows import CuratedRows
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL
from models.errors import ErrataError, unknown
from models.files.atomic import digest
from models.networks.variant_name import architecture_name

_METHOD = ("architecture", "mode", "config", "input", "members")  # parts of config.json that make a method


@dataclass(frozen=True)
class Contestant:
    """A column of the comparison."""

    name: str  # of the run, or of its group of seeds
    method: str  # recipe or architecture, with the settings that tell it from others of that name
    trained: str  # version of the labels that it learned from
    runs: tuple[TrainedRun, ...]  # one for each seed, lowest first
    models: str = ""  # which models speak, where it is not a network trained once: `mean of 5 fold models`

    @property
    def config(self) -> dict[str, Any]:
        """The config.json of its first run. The configs of the other runs differ only in the seed."""
        return self.runs[0].config

    @property
    def title(self) -> str:
        """Its name, used on its own."""
        return self.method if self.trained == ORIGINAL else f"{self.method}, trained on {self.trained}"

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes it tells apart."""
        return tuple(self.config["classes"])

    @property
    def families(self) -> frozenset[str]:
        """Names under which it may have proposed corrections: architectures without mode, an ensemble's or its own."""
        names = self.config.get("members") or [self.config["architecture"]]
        return frozenset(architecture_name(str(name)) for name in names)

    @property
    def names(self) -> set[str]:
        """The names that choose it, beside those of its single runs."""
        architecture, mode = str(self.config["architecture"]), self.config.get("mode")
        names = {self.name, self.method, str(self.config.get("recipe") or architecture), architecture}
        return names | {f"{architecture}@{mode}"} if mode else names


def choose_contestants(workspace: Workspace, dataset: str, wanted: Sequence[str] = ()) -> list[Contestant]:
    """Return the contestants, ordered by method, those trained on the labels as given first.

    Args:
        workspace: holds the runs.
        dataset: under the name it is audited.
        wanted: runs, groups of seeds, recipes or architectures (ARCH or ARCH@MODE); all finished runs where empty, but
            only the newest of trainings that differ by nothing except the state of the data set.

    Raises:
        ErrataError: an unknown name, no finished run, or a file of a run is damaged.
    """
    folders = finished_runs(workspace, dataset=dataset)
    if not folders:
        raise ErrataError(
            f"no finished training of {dataset!r} to compare; run `errata train {dataset} --recipe R`, "
            "see `errata recipes`"
        )
    contestants = _grouped([load_run(folder) for folder in folders])
    if not wanted:
        newest = {(contestant.method, contestant.trained): contestant for contestant in contestants}
        return _ordered(list(newest.values()))
    chosen: dict[str, Contestant] = {}
    for name in wanted:
        for contestant in _named(contestants, name):
            known = chosen[contestant.name].runs if contestant.name in chosen else ()
            runs = {run.name: run for run in (*known, *contestant.runs)}
            chosen[contestant.name] = replace(contestant, runs=_by_seed(list(runs.values())))
    return _ordered(list(chosen.values()))


def comparable(
    contestants: Sequence[Contestant], classes: Sequence[str], versions: Collection[str], strict: bool
) -> tuple[list[Contestant], dict[str, str]]:
    """Return the contestants that can be compared, and for each of the others the reason why not.

    A contestant must know every given class, and the version that it learned from must exist.

    Args:
        contestants: all that were chosen.
        classes: of the data set, as given.
        versions: of its labels.
        strict: whether to refuse contestants that cannot be compared.

    Raises:
        ErrataError: none can be compared, or `strict` and one cannot.
    """
    reasons = {contestant.name: _why_not(contestant, classes, versions) for contestant in contestants}
    skipped = {name: reason for name, reason in reasons.items() if reason}
    if skipped and (strict or len(skipped) == len(contestants)):
        name, reason = next(iter(skipped.items()))
        raise ErrataError(
            f"run {name} cannot be compared: {reason}; leave it out, or compare it on a data set of its own"
        )
    return [contestant for contestant in contestants if contestant.name not in skipped], skipped


def stale(contestants: Sequence[Contestant], rows: Mapping[str, CuratedRows]) -> frozenset[str]:
    """Return the names of contestants that learned from other images or labels than their version has today.

    Args:
        contestants: those that are compared.
        rows: version -> its images, for each version that a contestant was trained on.
    """
    trained_on = {contestant.trained for contestant in contestants}
    keys = {version: rows_key(rows[version].member_checked) for version in trained_on}
    return frozenset(
        contestant.name
        for contestant in contestants
        if any(run.config.get("rows_key") not in (None, keys[contestant.trained]) for run in contestant.runs)
    )


def _why_not(contestant: Contestant, classes: Sequence[str], versions: Collection[str]) -> str:
    lacking = [name for name in classes if name not in contestant.classes]
    if lacking:
        return f"it tells {len(contestant.classes)} classes apart and does not know {lacking[0]!r}"
    if contestant.trained not in versions:
        return f"it was trained on version {contestant.trained!r}, which is gone"
    return ""


def _grouped(runs: Sequence[TrainedRun]) -> list[Contestant]:
    """Return the seeds together, oldest group first."""
    groups: dict[str, list[TrainedRun]] = {}
    for run in runs:
        groups.setdefault(run.group, []).append(run)
    methods = _methods({group: members[0].config for group, members in groups.items()})
    return [
        Contestant(group, methods[group], str(members[0].config.get("version", ORIGINAL)), _by_seed(members))
        for group, members in groups.items()
    ]


def _by_seed(runs: list[TrainedRun]) -> tuple[TrainedRun, ...]:
    return tuple(sorted(runs, key=lambda run: run.seed))


def _methods(configs: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Return the method of each group: its recipe, and the settings that differ where several groups share it."""
    by_recipe: dict[str, list[str]] = {}
    for group, config in configs.items():
        by_recipe.setdefault(str(config.get("recipe") or config["architecture"]), []).append(group)
    methods = {}
    for recipe, groups in by_recipe.items():
        settings = {group: _settings(configs[group]) for group in groups}
        differing = _differing(list(settings.values()))
        for group in groups:
            shown = [_setting_text(name, settings[group].get(name)) for name in differing]
            methods[group] = ", ".join([recipe, *shown])
    return methods


def _settings(config: dict[str, Any]) -> dict[str, Any]:
    """Return what makes a method, flat.

    Whether it started from another run counts, but not that run's name: it differs with the labels.
    """
    flat: dict[str, Any] = {"from a run": bool(config.get("init_from"))}
    for part in _METHOD:
        value = config.get(part)
        if part == "members" and value:
            flat[part] = sorted(value)
        else:
            flat.update(value if isinstance(value, dict) else {part: value})
    if config.get("weights"):
        flat["weights"] = config["weights"]
    return flat


def _differing(settings: Sequence[dict[str, Any]]) -> list[str]:
    """Return the names of the settings that do not have the same value everywhere."""
    names = {name for values in settings for name in values}
    return sorted(name for name in names if len({str(values.get(name)) for values in settings}) > 1)


def _setting_text(name: str, value: object) -> str:
    return f"{name.replace('_', ' ')} {setting_text(value)}"


def _named(contestants: Sequence[Contestant], name: str) -> list[Contestant]:
    """Return the contestants of a name; where it is that of a single run, with that seed alone."""
    for contestant in contestants:
        if run := next((run for run in contestant.runs if run.name == name), None):
            return [replace(contestant, runs=(run,))]
    chosen = [contestant for contestant in contestants if name in contestant.names]
    if not chosen:
        names = {known for contestant in contestants for known in contestant.names}
        raise unknown("trained run, recipe or architecture", name, names)
    return chosen


def _ordered(contestants: list[Contestant]) -> list[Contestant]:
    """Return them by method; where two have the same title, each gets letters of its name that tell it apart."""
    count = Counter((contestant.method, contestant.trained) for contestant in contestants)
    apart = [
        replace(contestant, method=f"{contestant.method} ({digest(contestant.name)[:4]})")
        if count[contestant.method, contestant.trained] > 1
        else contestant
        for contestant in contestants
    ]
    return sorted(
        apart,
        key=lambda contestant: (
            contestant.method,
            contestant.trained != ORIGINAL,
            contestant.trained,
            contestant.name,
        ),
    )
