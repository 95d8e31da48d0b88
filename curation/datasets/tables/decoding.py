"""From the bytes of a table to text, where its encoding can be told surely."""

import codecs
import re

from curation.words import first_few
from models.errors import ErrataError

_MARKS = (  # longer marks first: that of UTF-32 begins with that of UTF-16
    (codecs.BOM_UTF8, "utf-8-sig", ""),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_WESTERN = set("ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜßàáâãäåæçèéêëìíîïñòóôõöøùúûüÿŒœ°\u2019\u2013")  # Windows-1252 beyond ASCII
_LONG_FOREIGN = re.compile(r"[^\x00-\x7f]{3}")  # Western words have at most two such letters in a row
_FOREIGN_WORD = re.compile(r"[\w\u2019-]*[^\x00-\x7f][\w\u2019-]*")


def decoded(name: str, content: bytes) -> tuple[str, str]:
    """Return the text of a table, and its encoding in words; "" for UTF-8.

    UTF-8, UTF-16 and UTF-32 are told by their marks or their bytes. Windows-1252 has neither; it is taken only where
    all letters beyond ASCII are Western and stand alone in words, and the words are named so that they can be checked.

    Args:
        name: of the file, for messages.
        content: its bytes.

    Raises:
        ErrataError: it is none of these.
    """
    for mark, encoding, words in _MARKS:
        if content.startswith(mark):
            return _strict(name, content, encoding), words
    if half := _utf16(content):
        return _strict(name, content, half), "UTF-16"
    try:
        return content.decode("utf-8"), ""
    except UnicodeDecodeError as error:
        text = _western(content)
        if text is None:
            raise ErrataError(
                f"{name} is not UTF-8 ({error.reason} at byte {error.start}); save it as UTF-8"
            ) from error
        foreign = list(dict.fromkeys(_FOREIGN_WORD.findall(text)))
        return text, f"Windows-1252, not UTF-8 ({first_few(foreign)})"


def _strict(name: str, content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise ErrataError(f"{name} is damaged ({error.reason} at byte {error.start}); save it as UTF-8") from error


def _utf16(content: bytes) -> str:
    """Return which half of UTF-16 a text without a mark is: in a table most letters are ASCII, with a zero each."""
    start = content[:4000]
    if len(start) < 4 or len(content) % 2 or 0 not in start:
        return ""
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if not even and odd > len(start) / 4:
        return "utf-16-le"
    return "utf-16-be" if not odd and even > len(start) / 4 else ""


def _western(content: bytes) -> str | None:
    """Return the text of Windows-1252; None where it may be another encoding, or no text."""
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        return None
    foreign = {character for character in text if not character.isascii()}
    control = any(character < " " and character not in "\t\r\n" for character in text)
    return None if control or foreign - _WESTERN or _LONG_FOREIGN.search(text) else text
