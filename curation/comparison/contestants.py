"""Who is compared: the seeds of one recipe, trained on one version of the labels, are one contestant."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from curation.images.checking import rows_key
from curation.results.runs import finished_runs
from curation.results.trained import TrainedRun, load_run
from curation.versions.rows import CuratedRows
from curation.workspace.folders import Workspace
from curation.workspace.names import ORIGINAL
from models.errors import ErrataError, unknown
from models.files.atomic import digest

_TELLS_APART = ("architecture", "mode", "config", "input", "members")  # parts of config.json that make a method


@dataclass(frozen=True)
class Contestant:
    """A column of the comparison."""

    name: str  # of the run, or of its group of seeds
    method: str  # recipe or architecture, with the settings that tell it from others of that name
    trained: str  # version of the labels that it learned from
    runs: tuple[TrainedRun, ...]  # one for each seed, lowest first

    @property
    def config(self) -> dict[str, Any]:
        """What the config.json of its runs say alike."""
        return self.runs[0].config

    @property
    def title(self) -> str:
        """What it is called where it stands alone."""
        return self.method if self.trained == ORIGINAL else f"{self.method}, trained on {self.trained}"

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes it tells apart."""
        return tuple(self.config["classes"])

    @property
    def families(self) -> frozenset[str]:
        """Its architecture without mode, or those of an ensemble's members: what it may have proposed fixes as."""
        names = self.config.get("members") or [self.config["architecture"]]
        return frozenset(str(name).partition("@")[0] for name in names)


def choose_contestants(workspace: Workspace, dataset: str, wanted: Sequence[str] = ()) -> list[Contestant]:
    """Return who is to be compared, ordered by method, those trained on the labels as given first.

    Args:
        workspace: holds the runs.
        dataset: under the name it is audited.
        wanted: runs, groups of seeds, recipes or architectures (ARCH or ARCH@MODE); all finished runs where empty, but
            of trainings that differ by nothing except the state of the data set only the newest.

    Raises:
        ErrataError: a name that is none, no finished run, or a file of a run is damaged.
    """
    folders = finished_runs(workspace, dataset=dataset)
    if not folders:
        raise ErrataError(
            f"no finished training of {dataset!r} to compare; run `errata train {dataset} --recipe R`, "
            "see `errata recipes`"
        )
    every = _grouped([load_run(folder) for folder in folders])
    if not wanted:
        return _ordered(list({(one.method, one.trained): one for one in every}.values()))
    found: dict[str, Contestant] = {}
    for name in wanted:
        for one in _named(every, name):
            known = found.get(one.name)
            runs = {run.name: run for run in (*(known.runs if known else ()), *one.runs)}
            found[one.name] = replace(one, runs=tuple(sorted(runs.values(), key=lambda run: run.seed)))
    return _ordered(list(found.values()))


def _grouped(runs: Sequence[TrainedRun]) -> list[Contestant]:
    """Return the seeds together, oldest group first."""
    groups: dict[str, list[TrainedRun]] = {}
    for run in runs:
        groups.setdefault(run.group, []).append(run)
    names = _methods({group: own[0].config for group, own in groups.items()})
    return [
        Contestant(
            group,
            names[group],
            str(own[0].config.get("version", ORIGINAL)),
            tuple(sorted(own, key=lambda run: run.seed)),
        )
        for group, own in groups.items()
    ]


def _methods(configs: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Return what each group is called: its recipe, and where several share it the settings that differ."""
    alike: dict[str, list[str]] = {}
    for group, config in configs.items():
        alike.setdefault(str(config.get("recipe") or config["architecture"]), []).append(group)
    names = {}
    for recipe, groups in alike.items():
        settings = {group: _settings(configs[group]) for group in groups}
        every = {name for own in settings.values() for name in own}
        differ = sorted(name for name in every if len({str(own.get(name)) for own in settings.values()}) > 1)
        for group in groups:
            names[group] = ", ".join([recipe, *(_said(name, settings[group].get(name)) for name in differ)])
    return names


def _settings(config: dict[str, Any]) -> dict[str, Any]:
    """Return what makes a method, flat; not from which run it started, whose name differs with the labels."""
    flat: dict[str, Any] = {"from a run": bool(config.get("init_from"))}
    for part in _TELLS_APART:
        value = config.get(part)
        if part == "members" and value:
            flat[part] = sorted(value)
        else:
            flat.update(value if isinstance(value, dict) else {part: value})
    if config.get("weights"):
        flat["weights"] = config["weights"]
    return flat


def _said(name: str, value: object) -> str:
    shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"{name.replace('_', ' ')} {shown}"


def _named(every: Sequence[Contestant], name: str) -> list[Contestant]:
    """Return the contestants of a name; of a single run's name that seed alone."""
    for one in every:
        if own := tuple(run for run in one.runs if run.name == name):
            return [replace(one, runs=own)]
    found = [one for one in every if name in names_of(one)]
    if not found:
        raise unknown("trained run, recipe or architecture", name, {known for one in every for known in names_of(one)})
    return found


def names_of(one: Contestant) -> set[str]:
    """Return by what a contestant can be asked for, beside the names of its runs."""
    config = one.config
    architecture, mode = str(config["architecture"]), config.get("mode")
    names = {one.name, one.method, str(config.get("recipe") or architecture), architecture}
    return names | {f"{architecture}@{mode}"} if mode else names


def _ordered(found: list[Contestant]) -> list[Contestant]:
    """Return them by method; of two that are called the same, each with a part of its name that tells it apart."""
    count = Counter((one.method, one.trained) for one in found)
    apart = [
        replace(one, method=f"{one.method} ({digest(one.name)[:4]})") if count[one.method, one.trained] > 1 else one
        for one in found
    ]
    return sorted(apart, key=lambda one: (one.method, one.trained != ORIGINAL, one.trained, one.name))


def comparable(
    found: Sequence[Contestant], classes: Sequence[str], versions: Collection[str], strict: bool
) -> tuple[list[Contestant], dict[str, str]]:
    """Return the contestants that know every given class and whose labels are there, and why the others are left out.

    Args:
        found: contestants.
        classes: of the data set, as given.
        versions: of its labels.
        strict: whether to refuse those that cannot be compared.

    Raises:
        ErrataError: none is left, or `strict` and one is left out.
    """
    reasons = {one.name: _why_not(one, classes, versions) for one in found}
    skipped = {name: why for name, why in reasons.items() if why}
    if skipped and (strict or len(skipped) == len(found)):
        name, why = next(iter(skipped.items()))
        raise ErrataError(f"run {name} cannot be compared: {why}; leave it out, or compare it on a data set of its own")
    return [one for one in found if one.name not in skipped], skipped


def _why_not(one: Contestant, classes: Sequence[str], versions: Collection[str]) -> str:
    lacking = [name for name in classes if name not in one.classes]
    if lacking:
        return f"it tells {len(one.classes)} classes apart and does not know {lacking[0]!r}"
    if one.trained not in versions:
        return f"it was trained on version {one.trained!r}, which is gone"
    return ""


def stale(contestants: Sequence[Contestant], every: Mapping[str, CuratedRows]) -> frozenset[str]:
    """Return the names of contestants that learned from other images or labels than their version has today.

    Args:
        contestants: who is compared.
        every: the versions they were trained on.
    """
    keys = {version: rows_key(every[version].member_checked) for version in {one.trained for one in contestants}}
    return frozenset(
        one.name
        for one in contestants
        if any(run.config.get("rows_key") not in (None, keys[one.trained]) for run in one.runs)
    )
