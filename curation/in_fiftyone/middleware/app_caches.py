"""Caches for what FiftyOne's App server computes anew for each request: the next image comes sooner.

When the next image is opened, the page asks for the counts of every label field, some hundred paths, and FiftyOne
derives the schema of the whole dataset several times for each path.
"""

from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import ContextVar, copy_context
from functools import wraps
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

_QUERIES = 64  # texts of GraphQL queries; the App's pages send about thirty
_DATASETS = 4
_READING = ("/graphql", "/operators/resolve-placements")
_known: ContextVar[dict[Any, Any] | None] = ContextVar("known", default=None)


class FieldsOnce:
    """ASGI middleware: for a request that changes no dataset, nothing about its fields is computed twice."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap FiftyOne's App; call `remember_fields` before."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request to the App."""
        token = _known.set({} if scope["type"] == "http" and scope["path"] in _READING else None)
        try:
            await self._app(scope, receive, send)
        finally:
            _known.reset(token)


def remember_fields() -> None:
    """Let datasets and views look up schemas and fields among those computed for this request."""
    from fiftyone.core.collections import SampleCollection
    from fiftyone.core.dataset import Dataset
    from fiftyone.core.view import DatasetView

    for kind in (Dataset, DatasetView):
        kind.get_field_schema = once_a_request(kind.get_field_schema, copied=True)
    SampleCollection._parse_field = once_a_request(SampleCollection._parse_field)


def remember_datasets() -> None:
    """Let a dataset be built anew only if its documents changed: its own, and those of its saved views."""
    import fiftyone.core.dataset as fod
    import fiftyone.core.utils as fou

    load = fod._do_load_dataset
    kept: OrderedDict[str, tuple[list[bytes], Any]] = OrderedDict()  # name -> its documents, its fields

    def load_once(dataset: Any, name: str) -> Any:
        if _known.get() is None:  # a request that may change the dataset gets an object of its own
            return load(dataset, name)
        documents = _documents(name)
        known = kept.get(name)
        if known is None or known[0] != documents:
            known = kept[name] = documents, load(dataset, name)
            while len(kept) > _DATASETS:
                kept.popitem(last=False)
        return known[1]

    fod._do_load_dataset, fou.sync_task_executor = load_once, ContextThreads()


class ContextThreads(ThreadPoolExecutor):
    """Threads that know which request they work for."""

    def submit(self, task: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        """Start a task in the context of its caller."""
        return super().submit(copy_context().run, task, *given, **named)


def _documents(name: str) -> list[bytes]:
    """Return the documents that a dataset is built from, as stored, without the time of their last reading."""
    import fiftyone.core.odm as foo
    from bson.codec_options import CodecOptions
    from bson.raw_bson import RawBSONDocument

    raw, unread = CodecOptions(document_class=RawBSONDocument), {"last_loaded_at": False}
    database = foo.get_db_conn()
    document = database.get_collection("datasets", raw).find_one({"name": name}, unread)
    if document is None:
        return []
    views = database.get_collection("views", raw).find({"_dataset_id": document["_id"]}, unread)
    return [document.raw, *sorted(view.raw for view in views)]


def remember_queries(schema: Any) -> None:
    """Let a GraphQL schema parse and check each text of a query once."""
    from strawberry.extensions import ParserCache, ValidationCache

    schema.extensions = [*schema.extensions, lambda: ParserCache(_QUERIES), lambda: ValidationCache(_QUERIES)]


def once_a_request(method: Callable[..., Any], *, copied: bool = False) -> Callable[..., Any]:
    """Return a method that computes each answer once a request; its arguments have to be plain values."""

    @wraps(method)
    def remembered(owner: Any, *given: Any, **named: Any) -> Any:
        known = _known.get()
        key = (method, id(owner), given, tuple(sorted(named.items())))
        if known is None or not all(isinstance(argument, str | bool) for argument in (*given, *named.values())):
            return method(owner, *given, **named)
        if key not in known:
            known[key] = owner, method(owner, *given, **named)  # keeping the owner keeps its id from being used again
        answer = known[key][1]
        return answer.copy() if copied else answer

    return remembered
