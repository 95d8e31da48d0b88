"""What MongoDB's driver raises, as one sentence for people."""

from collections.abc import Iterator
from contextlib import contextmanager

from curation.database.chosen_server import chosen_by_user, without_password
from curation.database.mongod import TAKES_MB, disk_is_full
from curation.workspace.folders import Workspace
from models.errors import ErrataError


@contextmanager
def answering() -> Iterator[None]:
    """Turn whatever MongoDB's driver raises into one sentence; also a decorator.

    And what FiftyOne and its layer over the driver make of that: a ValueError, an OperationError, a RuntimeError.

    Raises:
        ErrataError: the database stopped answering, or reports an error.
    """
    try:
        yield
    except ErrataError:
        raise
    except Exception as error:
        if (failure := _of_driver(error)) is None:
            raise
        raise ErrataError(_sentence(failure)) from error


def _of_driver(error: BaseException) -> BaseException | None:
    """Return the driver's error that an exception is or was made of; None: it has nothing to do with the driver."""
    from pymongo.errors import PyMongoError

    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, (PyMongoError, ConnectionError)):
        cause = cause.__cause__ or cause.__context__
    return cause


def _sentence(failure: BaseException) -> str:
    from pymongo.errors import ConnectionFailure

    is_lost, chosen = isinstance(failure, (ConnectionFailure, ConnectionError)), chosen_by_user()
    # A server that a full disk ended may have found no space to say so, and leaves some free.
    least = {"least_bytes": TAKES_MB << 20} if is_lost else {}
    if not chosen and disk_is_full(Workspace.from_environment().database, **least):
        stopped = " stopped answering" if is_lost else " cannot write"
        return (
            f"the MongoDB database{stopped}: the disk is full; nothing computed is lost: free some space and run the "
            "same command again"
        )
    if not is_lost:
        return f"the MongoDB database reports: {_reported(failure)}; see `errata doctor`"
    if chosen:
        return (
            f"the MongoDB server at {without_password(chosen)} stopped answering; nothing computed is lost: when it "
            "answers again (`errata doctor` asks it), run the same command again"
        )
    return (
        "the MongoDB database stopped answering; nothing computed is lost: run the same command again (it starts the "
        "database), and if that does not help, `errata doctor`"
    )


def _reported(failure: BaseException) -> object:
    details = getattr(failure, "details", None) or {}
    of_writes = [error["errmsg"] for error in details.get("writeErrors", ()) if "errmsg" in error]
    return details.get("errmsg") or next(iter(of_writes), failure)
