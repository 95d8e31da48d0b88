"""The exception whose message is for people."""

import difflib
from collections.abc import Iterable


class ErrataError(Exception):
    """One clear sentence for the user: what is wrong, where, and what to do.

    The command line prints it and exits with 2; the app shows it. Anything else that is raised is a bug.
    """


def unknown(kind: str, name: str, choices: Iterable[str]) -> ErrataError:
    """Return the error for a name that is not among the choices, with the nearest one.

    >>> str(unknown("architecture", "resnet81", ["resnet18", "vgg16"]))
    "no architecture 'resnet81'; did you mean 'resnet18'? (choices: resnet18, vgg16)"
    """
    known = sorted(choices)
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return ErrataError(f"no {kind} {name!r}{hint} (choices: {', '.join(known)})")
