"""The first list of an audit: by what the architectures so far predict, until all of them have judged the labels."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path

from curation.audit.config import AuditConfig
from curation.audit.predicting import Predicted
from curation.datasets.catalog import DatasetSpec
from curation.images.checked_rows import CheckedRows
from curation.images.keys import content_key, rows_key
from curation.images.notices import unjudged_notices
from curation.results.summary import Summary, read_results, write_results
from models.errors import ErrataError


@dataclass(frozen=True)
class FirstList:
    """What an audit shows of its labels before all its architectures have judged them."""

    folder: Path  # of the audit
    spec: DatasetSpec
    checked: CheckedRows
    config: AuditConfig

    def write(self, predicted: Predicted, awaited: tuple[str, ...]) -> None:
        """Let the audit show what the architectures so far predict, unless it shows an earlier list of the same labels.

        This takes no time: whoever reads the audit ranks the labels by the predictions alone. To judge them by the
        embeddings, too, would hold up the training of the other architectures.

        Args:
            predicted: what the architectures so far say.
            awaited: names of the architectures that are still to be trained.
        """
        config = replace(self.config, architectures=tuple(predicted.runs))
        summary, folder = summarise(self.spec, self.checked, config, predicted, ()), self.folder
        if _shows_these_labels(folder, summary) and not shows_first_list(folder, summary):
            return
        write_results(folder, replace(summary, awaited=awaited))


def summarise(
    spec: DatasetSpec, checked: CheckedRows, config: AuditConfig, predicted: Predicted, stages: tuple[str, ...]
) -> Summary:
    """Return what the audit consists of.

    Args:
        spec: the data set.
        checked: its images.
        config: with the architectures that vote.
        predicted: by these.
        stages: names of those that are finished.
    """
    settings = {**asdict(config), "architectures": list(config.architectures)}
    choices = [choice.line for choice in predicted.choices]
    unjudged = unjudged_notices(checked.rows, predicted.duplicates) if predicted.material else []
    told = {"choices": choices, "offer": predicted.offer, "notices": [*checked.rows.notices, *unjudged]}
    optional = {"minutes": settings.pop("minutes"), **told}
    return Summary(
        config={**settings, **{name: value for name, value in optional.items() if value}},
        version=config.version,
        title=spec.title,
        licence=spec.licence,
        runs=predicted.runs,
        members=predicted.members,
        dataset_key=rows_key(checked),
        images_key=content_key(checked),
        stages=stages,
    )


def shows_first_list(folder: Path, summary: Summary) -> bool:
    """Return whether the folder shows a first list of the same labels."""
    return _shows_these_labels(folder, summary) and bool(read_results(folder).awaited)


def _shows_these_labels(folder: Path, summary: Summary) -> bool:
    try:
        return read_results(folder).dataset_key == summary.dataset_key
    except ErrataError:  # nothing is shown yet, or it is damaged
        return False
