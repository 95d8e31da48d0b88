"""The predictions that an audit judges labels by."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from curation.audit.config import AuditConfig
from curation.audit.first_list import FirstList, summarise
from curation.audit.predicting import Predicted
from curation.results.architectures import read_predictions
from curation.results.summary import Summary
from curation.workspace.folders import Workspace
from curation.workspace.stages import Stages
from models.figures.predictions import Predictions

Opinions = tuple[AuditConfig, Summary, Mapping[str, tuple[Path, Predictions]]]


def take_opinions(workspace: Workspace, shown: FirstList, stages: Stages, predicted: Predicted) -> Opinions:
    """Return the audit's config and summary with what predicts the images, and the predictions.

    Args:
        workspace: with the run folders.
        shown: what the audit shows until all architectures have judged.
        stages: of the audit.
        predicted: what predicts the images.

    Raises:
        ErrataError: a file is missing or damaged.
    """
    config = shown.config
    if predicted.material is not None:
        config = replace(config, architectures=tuple(predicted.runs))  # those that were chosen
    summary = summarise(shown.spec, shown.checked, config, predicted, tuple(record.name for record in stages.records))
    return config, summary, read_predictions(workspace, summary)
