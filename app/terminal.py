"""The output of the command line on any terminal: every text can be written, whatever letters the terminal has."""

import codecs
import io
import sys

from curation.words import COMMANDING, visible

INTERRUPTED = 130  # the exit code of Ctrl-C
STOPPED = "errata: stopped; run the same command again; it continues where it stopped"
_PLAIN = str.maketrans({"…": "...", "\u2013": "-", "\u2212": "-", "\u00d7": "x", "→": "->", "≥": ">=", "≤": "<="})
_HANDLER = "errata.plain"


def tell(text: object = "", *, err: bool = False, fg: str | None = None, mark: str = "") -> None:
    """Print text for a person; a character that would command the terminal is written out.

    Args:
        text: may hold names of files, classes and people.
        err: whether it goes to standard error.
        fg: its colour on a terminal.
        mark: text of ours before it, with its colour.
    """
    import typer  # here, for Ctrl-C is caught before it is loaded

    typer.echo(f"{mark}{typer.style(visible(str(text)), fg=fg) if fg else visible(str(text))}", err=err)


def visible_json(text: str) -> str:
    r"""Return JSON that says the same with control characters written as `\u009b`."""
    return COMMANDING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def make_writable() -> None:
    r"""Let standard output and errors write letters that they cannot encode in another way, instead of failing.

    Punctuation becomes ASCII, any other letter its escape, as `\xe9`; half a surrogate of a file name that is not
    UTF-8 too.
    """
    codecs.register_error(_HANDLER, _plain)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=_HANDLER)


def write_utf8(text: str) -> None:
    """Write text for other programs to standard output as UTF-8, whatever letters a terminal would have."""
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:  # somebody has put another stream in its place
        sys.stdout.write(text)
        return
    sys.stdout.flush()
    buffer.write(text.encode("utf-8", "surrogateescape"))
    buffer.flush()


def writes_utf8() -> bool:
    """Return whether standard output can write every letter."""
    try:
        return codecs.lookup(sys.stdout.encoding or "ascii").name in ("utf-8", "utf-16", "utf-32")
    except LookupError:
        return False


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(_PLAIN)
    return text.encode("ascii", "backslashreplace").decode("ascii"), error.end
