"""HTML from jinja2 templates: the one environment of all rooms, and the filters that templates may use.

The name of a template is its path from the folder that holds `curation/` and `app/`. Templates of a room lie in its
folders; `curation/reports/templates/pieces.html` has the macros for all rooms. Every value is escaped unless it is
`Markup`, and control characters are written out, with them those that turn the direction of letters; what a script
reads letter for letter goes through the filter `exact`. `render` returns Markup, which may be a value of another
template.
"""

from collections.abc import Iterable
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from curation.palette import PALETTE
from curation.reports.numbers import interval, mean_number, mean_percent, number, percent, short_count
from curation.words import counted, duration, sentence, visible


def render(template: str, **values: object) -> Markup:
    """Return the HTML of a template.

    Args:
        template: its path, as `curation/reports/templates/frame.html`.
        values: the names it uses; one that is not given raises `jinja2.UndefinedError`.
    """
    return Markup(ENVIRONMENT.get_template(template).render(values).strip())  # noqa: S704


def listed(parts: Iterable[object]) -> Markup:
    """Return `a`, `a and b` or `a, b and c`; parts that are not `Markup` are escaped."""
    *first, last = [escape(shown(part)) for part in parts] or [Markup()]
    return Markup(" and ").join([Markup(", ").join(first), last]) if first else last


def breakable(name: str, after: str = "/") -> Markup:
    """Return a name that a browser may break after its slashes (or after another sign)."""
    return escape(shown(name)).replace(after, after + Markup("<wbr>"))


def shown(value: object) -> object:
    """Return a value as pages show it: a text that is not `Markup` with its control characters written out."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def colour(name: str, classes: list[str]) -> str:
    """Return the colour of a class: the same on every page and screen."""
    return PALETTE[classes.index(name) % len(PALETTE)]


ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parents[2]),
    autoescape=True,
    finalize=shown,
    undefined=StrictUndefined,
    trim_blocks=True,  # a line that holds only a tag of the template leaves no line in the page
    lstrip_blocks=True,
    optimized=False,  # a process compiles each template once; folding constants costs it more than it saves
)
ENVIRONMENT.filters.update(
    {
        "percent": percent,
        "interval": interval,
        "number": number,
        "counted": counted,  # {{ 2100|counted("image") }} = 2,100 images
        "listed": listed,
        "breakable": breakable,
        "exact": escape,
        "colour": colour,
        "mean_percent": mean_percent,
        "mean_number": mean_number,
        "duration": duration,
        "sentence": sentence,
        "short_count": short_count,
    }
)
