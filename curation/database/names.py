"""What the FiftyOne dataset of an audited data set is called."""

from models.errors import ErrataError

_PREFIX = "errata-"


def dataset_name(name: str) -> str:
    """Return the name of the FiftyOne dataset of an audited data set."""
    return f"{_PREFIX}{name}"


def audit_of_dataset(dataset: str) -> str:
    """Return the name of the audited data set of a FiftyOne dataset.

    Raises:
        ErrataError: it is not one that `write_audit` wrote.
    """
    if not dataset.startswith(_PREFIX):
        raise ErrataError(f"FiftyOne dataset {dataset!r} is none of Errata's; open one that `errata audit` wrote")
    return dataset.removeprefix(_PREFIX)
