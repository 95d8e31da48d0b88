"""`errata audit`: rank the labels of a data set."""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.arguments import DatasetName, LabelVersion, Seed, comma_separated
from app.commands.listing import tell_notices
from app.terminal import tell
from curation.words import counted
from curation.workspace.folders import Workspace

if TYPE_CHECKING:
    from curation.audit.config import AuditConfig
    from curation.results.architectures import ArchitectureResult
    from curation.results.audit import Audit


def audit(
    name: DatasetName,
    architectures: Annotated[
        str,
        typer.Option(
            help="of `errata architectures`, by commas; ensemble or average combine them; auto chooses by the images"
        ),
    ] = "efficientnet_lite0,simple_cnn_norm_dropout",
    minutes: Annotated[
        float | None, typer.Option(help="what --architectures auto may take for the whole audit; 15 by default")
    ] = None,
    folds: Annotated[
        int, typer.Option(help="models of each architecture; each image is judged by one that did not see it")
    ] = 5,
    seed: Seed = 0,
    cams: Annotated[int, typer.Option(help="most suspicious images of each split that get Grad-CAM maps")] = 50,
    engine: Annotated[str, typer.Option(help="of frozen features: auto, torch, compile, openvino or eager")] = "auto",
    fiftyone_limit: Annotated[
        int, typer.Option(help="most images that FiftyOne gets: the first to review and a random sample; 0 = all")
    ] = 100_000,
    predictions: Annotated[
        str,
        typer.Option(
            help="judge by these and train nothing: an npz, a CSV (image_id, prob_CLASS, …) or fiftyone:DATASET/FIELD"
        ),
    ] = "",
    columns: Annotated[
        str,
        typer.Option(
            help="of a table, kept from then on: filepath=COLUMN,label=COLUMN,split=COLUMN, by name or by number from 1"
        ),
    ] = "",
    label_from: Annotated[
        str,
        typer.Option(
            help=r"the label in the names of files, as '^(.+)_\d+', kept from then on; none: labels are the folders"
        ),
    ] = "",
    version: LabelVersion = "original",
    with_decisions: Annotated[
        bool,
        typer.Option("--with-decisions", help="judge again, learning from the verdicts too; no network is trained"),
    ] = False,
    cluster: Annotated[str, typer.Option(help="compute on a Ray cluster: auto or HOST:PORT; needs the extra ray")] = "",
    merge_classes: Annotated[
        str, typer.Option(help="Cat=cat: read the class Cat as cat, kept from then on; none: no class is merged")
    ] = "",
) -> None:
    """Rank the labels by models that did not learn from them. Also writes FiftyOne and a report; can be resumed."""
    from curation.datasets.opening import check_known, choose_columns, choose_label_from
    from curation.versions.working_copy import check_known_version

    check_known(name, workspace := Workspace.from_environment())
    if columns:
        from curation.datasets.tables.columns import checked_columns

        choose_columns(name, checked_columns(columns), workspace)
    if label_from:
        choose_label_from(name, label_from, workspace)
    check_known_version(name, version, workspace)
    from curation.audit.config import AuditConfig

    chosen = comma_separated(architectures)
    config = AuditConfig(
        chosen, folds, seed, cams, engine, version, predictions, minutes, fiftyone_limit, with_decisions
    )
    config = config.checked()
    if merge_classes:
        from curation.datasets.classes.merges import parse_merges
        from curation.decisions.merged_classes import change_merges

        change_merges(workspace, name, parse_merges(comma_separated(merge_classes)))
    run(workspace, name, config, cluster)


def run(workspace: Workspace, name: str, config: "AuditConfig", cluster: str = "") -> None:
    """Audit a data set and print what was found; on the cluster at an address, if there is one."""
    from app.commands.progress import stage_display
    from app.jobs.result import record
    from curation.audit.run import run_audit
    from curation.database.start import database_notice
    from curation.datasets.opening import open_dataset, undrawn
    from curation.workspace.names import ORIGINAL
    from models.cluster.connect import connected

    with stage_display() as show, ExitStack() as at_end:
        embedded = undrawn(name, workspace)
        spec, rows = (
            (embedded, None)
            if embedded
            else open_dataset(name, workspace, config.seed, lambda done, total: show("unpack", done, total))
        )
        tell_notices(filter(None, (*(rows.notices if rows else ()), database_notice())))
        foreign = None
        if config.predictions:
            from curation.audit.foreign_predictions import reader

            foreign = reader(config.predictions, workspace)
        machines = at_end.enter_context(connected(cluster, workspace.root, spec.root)) if cluster else None
        finished = run_audit(workspace, spec, rows, config, foreign, show, machines)
    record(finished.name, config.version, outputs={"report": workspace.reports / finished.name / "report.html"})
    told = rows.notices if rows else ()
    _print_summary(workspace, name if config.version == ORIGINAL else finished.name, finished, told)


def _print_summary(workspace: Workspace, name: str, audit: "Audit", told: Sequence[str]) -> None:
    """Print accuracies, counts and what to do next.

    Args:
        workspace: holds the report.
        name: what `errata review` is given as the data set.
        audit: the finished audit.
        told: notices that were printed before.
    """
    import shlex

    from curation.database.names import dataset_name
    from curation.in_fiftyone.part import short_sentence

    rows = audit.rows
    tell(f"\n{audit.name}: {counted(len(rows), 'image')}, {len(rows.classes)} classes")
    if audit.checked.skipped:
        tell(f"skipped {counted(len(audit.checked.skipped), 'file')} (listed with the reasons in the report)")
    tell_notices(notice for notice in audit.config.get("notices", []) if notice not in told)
    for split in sorted(set(rows.splits.tolist())):
        _print_split(audit, split)
    from curation.review.wrong_labels import wrong_labels_of

    tell(f"  {wrong_labels_of(workspace, audit).sentence()}")
    for choice in audit.config.get("choices", []):
        tell(f"  {choice}")
    if verdicts := audit.findings.verdicts:
        only = "; predictions made elsewhere stay, only their weight learns" if audit.config.get("predictions") else ""
        tell(f"  judged with {counted(verdicts, 'verdict')}, the log up to line {audit.findings.line}{only}")
    if leaks := int(audit.duplicates.leaks(rows.splits).sum()):
        tell(f"  outside train with a twin in train: {counted(leaks, 'image')}")
    tell(f"\nreport:   {workspace.reports / audit.name / 'report.html'}")
    _print_verdicts_elsewhere(workspace, audit)
    tell(f"FiftyOne: dataset {dataset_name(audit.name)}; open it with: errata review {shlex.quote(name)}")
    if part := short_sentence(audit):
        tell(f"          {part} `--fiftyone-limit 0` writes all.")
    if offer := audit.config.get("offer"):
        tell(f"\n{offer}")


def _print_verdicts_elsewhere(workspace: Workspace, audit: "Audit") -> None:
    """Print where these images were judged before they were moved or renamed, and which verdicts ask again."""
    from app.commands.decisions import print_asking, print_carriable
    from curation.decisions.ledger import Ledger, log_of
    from curation.workspace.names import ORIGINAL

    if audit.config["version"] == ORIGINAL:
        ledger = Ledger(log_of(workspace, audit.name), audit.checked)
        with ledger.reading() as state:
            print_asking(state)
        print_carriable(workspace, audit.name, ledger)


def _print_split(audit: "Audit", split: str) -> None:
    """Print the accuracy of each architecture on a split, and how many labels another class fits better."""
    from curation.workspace.names import ORIGINAL
    from models.figures.metrics import accuracy, wilson_interval

    rows, version = audit.rows, audit.config["version"]
    labels = "labels as given" if version == ORIGINAL else f"labels of {version}"
    in_split = rows.splits == split
    size = int(in_split.sum())
    for architecture in audit.architectures:
        share = accuracy(rows.labels[in_split], architecture.predictions.probs[in_split])
        low, high = wilson_interval(round(share * size), size)
        models = _judging_models(audit, architecture, split)
        tell(f"  {split:<5} {architecture.name:<24} {share:6.1%} ({low:.1%}-{high:.1%}) on the {labels}, {models}")
    better = int((audit.consensus.suggested[in_split] != rows.labels[in_split]).sum())
    tell(f"  {split:<5} another label fits better for {better} of {size} images")


def _judging_models(audit: "Audit", architecture: "ArchitectureResult", split: str) -> str:
    """Return which models an accuracy was measured with."""
    from curation.workspace.names import MEAN_OF_FOLDS

    if architecture.predictions.fold is None:
        return "IN-SAMPLE: flatters the given labels"
    if architecture.name not in audit.config["architectures"]:
        return "by a model trained elsewhere, fold by fold"
    return "out of fold" if split == "train" else MEAN_OF_FOLDS.format(audit.config["folds"])
