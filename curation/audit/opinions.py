"""The predictions that an audit judges labels by; those that a disk has damaged are made again."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from curation.audit.config import AuditConfig
from curation.audit.first_list import FirstList, summarise
from curation.audit.predicting import Predicted
from curation.results.architectures import drop_damaged, read_predictions
from curation.results.summary import Summary
from curation.workspace.folders import Workspace
from curation.workspace.run_files import read_config
from curation.workspace.stages import Stages
from models.errors import ErrataError
from models.figures.predictions import Predictions

Taken = tuple[Predicted, AuditConfig, Summary, Mapping[str, tuple[Path, Predictions]]]


def take_opinions(workspace: Workspace, shown: FirstList, stages: Stages, predict: Callable[[], Predicted]) -> Taken:
    """Return what predicts the images, the audit's config and summary with it, and the predictions.

    Predictions of an earlier command that are damaged are removed and made again.

    Args:
        workspace: with the run folders.
        shown: what the audit shows until all architectures have judged.
        stages: of the audit.
        predict: trains what is not trained yet, or takes predictions made elsewhere.

    Raises:
        ErrataError: as `predict`.
    """

    def made() -> Taken:
        predicted, config = predict(), shown.config
        if predicted.material is not None:
            config = replace(config, architectures=tuple(predicted.runs))  # those that were chosen
        summary = summarise(
            shown.spec, shown.checked, config, predicted, tuple(record.name for record in stages.records)
        )
        opinions = read_predictions(workspace, summary)
        for folder, _ in opinions.values():
            read_config(folder)
        return predicted, config, summary, opinions

    try:
        return made()
    except ErrataError:
        if not drop_damaged(workspace, shown.folder):
            raise
    return made()
