"""HTML of the screens from jinja2 templates: each lies beside the Python file that fills it, and escapes values."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, cast

from markupsafe import Markup

from curation.reports.templates import ENVIRONMENT

_ROOT = Path(__file__).parents[2]


class Macros(Protocol):
    """The macros of a template; what each returns is HTML that the others take as it is."""

    def __getattr__(self, name: str) -> Callable[..., Markup]: ...


def macros(python_file: str) -> Macros:
    """Return the macros of the template beside a Python file.

    Args:
        python_file: `__file__` of the module; its template has the same name and ends in `.html`.
    """
    template = Path(python_file).with_suffix(".html").relative_to(_ROOT)
    return cast(Macros, ENVIRONMENT.get_template(template.as_posix()).module)
