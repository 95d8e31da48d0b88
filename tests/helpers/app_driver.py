"""The app without a server and without a browser: open it at an address, read what it says."""

import re
from functools import cache

from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from tests.helpers import REPOSITORY

_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")  # as `app.html_parts.markdown.plain` does
PAGE = REPOSITORY / "app" / "page.py"
# Streamlit reads what is installed anew for every AppTest, which takes longer than to draw our screens.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


def show(dataset: str | None = "tiny", **query: str) -> AppTest:
    """Open the app at an address; fail where it shows an exception.

    Args:
        dataset: in the address; None leaves it out.
        **query: the rest of the address, `screen` first of all.
    """
    app = AppTest.from_file(str(PAGE), default_timeout=60)
    if dataset:
        app.query_params["dataset"] = dataset
    for name, value in query.items():
        app.query_params[name] = value
    return ran(app)


def ran(app: AppTest) -> AppTest:
    """Let it draw itself anew, after a click as after a change; fail where it shows an exception."""
    app.run()
    assert not app.exception, app.exception
    return app


def shown(app: AppTest) -> str:
    """Return the page's own HTML, without styles and scripts."""
    return "\n".join(
        body for element in app.html if not (body := str(element.proto.body)).startswith(("<style", "<script"))
    )


def pictures(app: AppTest) -> list[str]:
    """Return what the images of the page's own HTML are called, in order."""
    return [part.split('"')[0] for part in shown(app).split(' alt="')[1:]]


def texts(elements: object) -> str:
    """Return what elements of one kind say, as `app.caption` or `app.error`; escaped characters as people see them."""
    return _ESCAPED.sub(r"\1", " ".join(str(element.value) for element in elements))  # type: ignore[attr-defined]
