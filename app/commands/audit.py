"""`errata audit`."""

import shlex

import typer

from app.commands.progress import stage_display
from curation.audit.config import AuditConfig
from curation.audit.run import run_audit
from curation.database.names import dataset_name
from curation.datasets.opening import open_dataset
from curation.results.audit import ArchitectureResult, Audit
from curation.workspace.folders import Workspace
from curation.workspace.names import MEAN_OF_FOLDS, ORIGINAL
from models.figures.metrics import accuracy, wilson_interval


def audit(name: str, config: AuditConfig) -> None:
    """Audit a data set and say what was found."""
    workspace = Workspace.from_environment()
    with stage_display() as show:
        spec, rows = open_dataset(name, workspace, config.seed, lambda done, total: show("draw images", done, total))
        foreign = None
        if config.predictions:
            from curation.audit.foreign_predictions import reader

            foreign = reader(config.predictions, workspace)
        found = run_audit(workspace, spec, rows, config, foreign, show)
    _summarise(workspace, name if config.version == ORIGINAL else found.name, found)


def _summarise(workspace: Workspace, name: str, audit: Audit) -> None:
    """Print accuracies, counts and what to do next."""
    rows = audit.rows
    typer.echo(f"\n{audit.name}: {len(rows):,} images, {len(rows.classes)} classes")
    if audit.checked.skipped:
        typer.echo(f"skipped {len(audit.checked.skipped)} files that cannot be read (listed in the report)")
    version = audit.config["version"]
    labels = "labels as given" if version == ORIGINAL else f"labels of {version}"
    for split in sorted(set(rows.splits.tolist())):
        own = rows.splits == split
        for one in audit.architectures:
            share = accuracy(rows.labels[own], one.predictions.probs[own])
            low, high = wilson_interval(round(share * own.sum()), int(own.sum()))
            how = _how(audit, one, split)
            typer.echo(f"  {split:<5} {one.name:<24} {share:6.1%} ({low:.1%}-{high:.1%}) on the {labels}, {how}")
        other = int((audit.consensus.suggested[own] != rows.labels[own]).sum())
        typer.echo(f"  {split:<5} another label fits better for {other} of {own.sum()} images")
    leaks = int(audit.duplicates.leaks(rows.splits).sum())
    if leaks:
        typer.echo(f"  {leaks} images outside train have a twin in train")
    typer.echo(f"\nreport:   {workspace.reports / audit.name / 'report.html'}")
    typer.echo(f"FiftyOne: dataset {dataset_name(audit.name)}; open it with: errata review {shlex.quote(name)}")


def _how(audit: Audit, one: ArchitectureResult, split: str) -> str:
    """Return which models an accuracy is of."""
    if one.predictions.fold is None:
        return "IN-SAMPLE: flatters the given labels"
    if one.name not in audit.config["architectures"]:
        return "by a model trained elsewhere, fold by fold"
    return "out of fold" if split == "train" else MEAN_OF_FOLDS.format(audit.config["folds"])
