"""A MongoDB server that the user chose, by FIFTYONE_DATABASE_URI; shown without its password, asked before it is used.

It may need a user and may be a replica set. Errata never starts or ends it.
"""

import os
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

from models.errors import ErrataError

if TYPE_CHECKING:
    from pymongo import MongoClient
    from pymongo.errors import OperationFailure

VARIABLE = "FIFTYONE_DATABASE_URI"
SET_BY_US = "ERRATA_DATABASE_URI"  # equal to VARIABLE unless the user chose another server
PATIENCE_MS = 10_000  # to find the server, where its address says nothing of it; 30,000 by default in pymongo
_REFUSED, _NEEDS_RIGHTS = 18, 13  # codes of MongoDB: authentication failed, not authorized
_FORM = "mongodb://USER:PASSWORD@HOST:27017/?authSource=admin"
_OWN = f"unset {VARIABLE} to use Errata's own"
_answered: set[str] = set()  # addresses that were asked by this process


def chosen_by_user() -> str | None:
    """Return the address that the user set; None where Errata's own server is used."""
    uri = os.environ.get(VARIABLE)
    return uri if uri != os.environ.get(SET_BY_US) else None


def database_name() -> str:
    """Return the name of FiftyOne's database on the server."""
    return os.environ.get("FIFTYONE_DATABASE_NAME") or "fiftyone"


def without_password(uri: str) -> str:
    """Return an address as it may be shown and kept: without password, and without options, which may hold secrets.

    >>> without_password("mongodb://ann:p%40ss@db1:27017,db2/?replicaSet=rs0")
    'mongodb://ann@db1:27017,db2'
    """
    scheme, _, rest = uri.rpartition("://")
    who, at, where = rest.rpartition("@")  # the last one: a password may hold it, though it should not
    place = where.split("?")[0].rstrip("/")
    return f"{scheme or 'mongodb'}://{who.split(':')[0]}{at}{place}"


def check_server(uri: str) -> str:
    """Return what answers at the address that the user chose, in words; a server that answered is not asked again.

    Raises:
        ErrataError: it is no address, no server answers, the server refuses the user or knows no user and wants a
            user, or the replica set has no primary. The message holds no password.
    """
    from pymongo import MongoClient
    from pymongo.errors import ConfigurationError, InvalidURI, OperationFailure, ServerSelectionTimeoutError

    shown = without_password(uri)
    given = "serverselectiontimeoutms" in uri.lower()
    patience: dict[str, Any] = {} if given else {"serverSelectionTimeoutMS": PATIENCE_MS}
    try:
        client: MongoClient[dict[str, Any]] = MongoClient(uri, **patience)
    except (InvalidURI, ValueError, TypeError):  # their texts may quote parts of a password
        raise ErrataError(
            f"{VARIABLE} is not an address of MongoDB ({shown}); write {_FORM}, with %-codes for the characters "
            ":/?#[]@% of name and password"
        ) from None
    except ConfigurationError as error:
        raise ErrataError(f"{VARIABLE} ({shown}) cannot be used: {error}") from None
    with client:
        try:
            client[database_name()]["datasets"].find_one({}, {"_id": True})  # a ping needs no rights
            told = _told(client, shown)
        except ServerSelectionTimeoutError:
            raise ErrataError(_why_unreachable(client, shown)) from None
        except OperationFailure as error:
            raise ErrataError(_why_refused(error, uri, shown)) from None
    _answered.add(uri)
    return told


def check_once(uri: str) -> None:
    """Do what `check_server` does, unless the server has answered this process before.

    Raises:
        ErrataError: as `check_server`.
    """
    if uri not in _answered:
        check_server(uri)


def _told(client: "MongoClient[dict[str, Any]]", shown: str) -> str:
    replica_set = client.topology_description.replica_set_name
    of_set = f", replica set {replica_set}" if replica_set else ""
    return f"{client.server_info()['version']} at {shown}{of_set}, database {database_name()}"


def _why_refused(error: "OperationFailure", uri: str, shown: str) -> str:
    if error.code == _REFUSED:
        name = unquote_plus(uri.rpartition("://")[2].rpartition("@")[0].split(":")[0])
        return (
            f"the MongoDB server at {shown} refuses the user {name!r}: the password is wrong, or there is no such user "
            f"in the database that authSource names; check {VARIABLE}"
        )
    if error.code == _NEEDS_RIGHTS and "@" not in uri:
        return f"the MongoDB server at {shown} wants a user and a password; set {VARIABLE} to {_FORM}"
    if error.code == _NEEDS_RIGHTS:
        return (
            f"the user of {shown} may not use the database {database_name()!r}; grant the role readWrite on it, or "
            "name another with FIFTYONE_DATABASE_NAME"
        )
    return f"the MongoDB server at {shown} reports: {(error.details or {}).get('errmsg', 'an error')}"


def _why_unreachable(client: "MongoClient[dict[str, Any]]", shown: str) -> str:
    topology = client.topology_description
    servers = topology.server_descriptions().values()
    kinds = {server.server_type_name for server in servers}
    wanted = topology.replica_set_name
    if not servers:
        return f"no server at {shown} belongs to a replica set {wanted!r}; correct replicaSet in {VARIABLE}"
    if "RSGhost" in kinds:
        return f"the MongoDB server at {shown} waits for its replica set; run rs.initiate() on it"
    if kinds - {"Unknown"}:
        return (
            f"the replica set {wanted!r} at {shown} has no primary, so nothing can be written; start its other "
            "members (rs.status() on the server says which are missing)"
        )
    if any("SSL" in str(server.error) for server in servers):
        return f"the MongoDB server at {shown} and this machine agree on no TLS; check the tls options in {VARIABLE}"
    return f"no MongoDB server answers at {shown}; start it, or {_OWN}"
