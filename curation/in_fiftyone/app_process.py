"""The process of a FiftyOne App: its server behind the guard, until SIGTERM; `app_server` starts it."""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from curation.database.start import configure_fiftyone
from curation.in_fiftyone.app_server import report_file
from curation.in_fiftyone.middleware.app_caches import FieldsOnce, remember_datasets, remember_fields, remember_queries
from curation.in_fiftyone.middleware.guard import Guard
from curation.in_fiftyone.middleware.session_edits import SessionEdits
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from models.files.atomic import write_text


def _serve(arguments: Sequence[str]) -> None:
    """Serve until SIGTERM: the entry of the process."""
    parser = argparse.ArgumentParser(prog="python -m curation.in_fiftyone.app_process", description=_serve.__doc__)
    parser.add_argument("--workspace", type=Path, required=True)
    parser.add_argument("--port", type=int, default=5151)
    parser.add_argument("--root", type=Path, action="append", default=[], help="folder whose files may be shown")
    options = parser.parse_args(arguments)
    os.environ["FIFTYONE_SERVER"] = "1"
    configure_fiftyone(Workspace(options.workspace))

    from fiftyone.server.app import app, schema
    from fiftyone.server.events import set_port
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    from curation.in_fiftyone.following import LogFollower
    from curation.in_fiftyone.middleware.news import News, NewsAnswers
    from curation.in_fiftyone.middleware.shown_pictures import ShownPictures

    app.debug = False  # a traceback is for the log, not for the browser
    _allow_view_stages_only()
    remember_datasets()
    remember_fields()
    remember_queries(schema)
    set_port(options.port)
    config = Config()
    config.bind = [f"127.0.0.1:{options.port}"]
    workspace, reviewer = Workspace(options.workspace), os.environ.get("ERRATA_REVIEWER", "")
    news = News()
    follower = LogFollower(workspace, news.tell)
    follower.start()
    answers = NewsAnswers(SessionEdits(FieldsOnce(app), workspace, reviewer), workspace, news)
    asyncio.run(serve(Guard(ShownPictures(answers), options.port, options.root), config))
    follower.stop()
    write_text(report_file(workspace, options.port), "\n".join(_sync_all(workspace, reviewer)))


def _sync_all(workspace: Workspace, reviewer: str) -> list[str]:
    """Make decisions of the edits of this session; return what to tell, empty where nothing was edited."""
    from curation.decisions.reviewer import kept_reviewer
    from curation.in_fiftyone.sync import sync_all

    try:
        return sync_all(workspace, reviewer or kept_reviewer(workspace))
    except ErrataError as error:
        return [f"edits made in FiftyOne itself were not looked for: {error}; run `errata sync NAME`"]


def _allow_view_stages_only() -> None:
    """Let requests name view stages, none of raw queries: FiftyOne would call any class or function they name."""
    import eta.core.utils as etau
    from fiftyone.core.stages import Mongo, ViewStage

    build = ViewStage._from_dict

    def checked(document: dict[str, Any]) -> Any:
        name = document["_cls"]
        if not name.startswith("fiftyone.core.stages.") or not issubclass(etau.get_class(name), ViewStage):
            raise ValueError(f"{name!r} is not a view stage")
        if issubclass(etau.get_class(name), Mongo):  # in GraphQL's text too, which the guard does not read
            raise ValueError("raw database queries are switched off")
        return build(document)

    ViewStage._from_dict = staticmethod(checked)


if __name__ == "__main__":
    _serve(sys.argv[1:])
