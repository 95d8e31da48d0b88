"""The output of the command line on any terminal: every text can be written, whatever letters the terminal has."""

import codecs
import io
import sys

INTERRUPTED = 130  # the exit code of Ctrl-C
STOPPED = "errata: stopped; run the same command again; it continues where it stopped"
_PLAIN = str.maketrans({"…": "...", "\u2013": "-", "\u2212": "-", "\u00d7": "x", "→": "->", "≥": ">=", "≤": "<="})
_HANDLER = "errata.plain"


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
