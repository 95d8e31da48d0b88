"""The names of run folders: what they begin with, and which data set they are of.

An audit is in `audit-DATASET`, a training in `DATASET-RECIPE-KEY-sSEED`, and models of an audit in
`DATASET-NETWORK-KEY`. Long names of data sets are cut off there, and every part may have hyphens, so that a name alone
does not always tell the data set: config.json does. The name counts where that is damaged or not worth reading.
"""

import re
from collections.abc import Iterable

AUDIT = "audit-"
_TRAINING, _MODELS = 21, 30  # letters of the data set's name: with the rest at most 64
_SEED = re.compile(r"-s\d+$")


def begin_training(dataset: str) -> str:
    """Return what the names of the runs of a data set's trainings begin with."""
    return f"{dataset[:_TRAINING]}-"


def begin_models(dataset: str) -> str:
    """Return what the names of the run folders of models of a data set's audits begin with."""
    return f"{dataset[:_MODELS]}-"


def group_of(run: str) -> str:
    """Return the name of a training's run without its seed."""
    return _SEED.sub("", run)


def may_be_of(run: str, dataset: str, others: Iterable[str]) -> bool:
    """Return whether a run folder may be of a data set, as far as its name tells.

    Args:
        run: the folder's name.
        dataset: the data set's name.
        others: names of data sets; a run whose name begins with more letters of one of these is of that one.
    """
    letters = _letters(run, dataset)
    return letters > 0 and all(_letters(run, other) <= letters for other in others)


def _letters(run: str, dataset: str) -> int:
    """Return with how many letters of a data set's name the name of a run folder begins; 0 where it does not."""
    if run.startswith(AUDIT):
        return len(dataset) if run == AUDIT + dataset else 0
    begins = begin_training(dataset) if _SEED.search(run) else begin_models(dataset)
    return len(begins) - 1 if run.startswith(begins) else 0
