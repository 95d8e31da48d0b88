"""Names and sentences as Streamlit's Markdown shows them letter for letter: no `*`, `_`, backtick or `<` is eaten."""

import re
import shlex

from curation.words import visible

_SPECIAL = re.compile(r"([\\`*_\[\]<~$]|:(?=\S)|&(?=[#\w]))")
_AT_START = re.compile(r"^(\d{0,9})([#\-+>=.)])")  # headings, lists, quotes
_EMOJI = re.compile(r":(?=[\w+-]+:|material/)")  # Streamlit turns `:smile:` and `:material/add:` into pictures
_ADDRESS = re.compile(r"(https?:|www)(?=//|\.)", re.IGNORECASE)  # becomes a link, even with its colon escaped
_LINE_BREAKS = re.compile(r"\s*[\r\n]+\s*")
_COMMAND = re.compile(r"`((?:errata|make) [^`]*)`")


def plain(text: object) -> str:
    """Return a name so that Markdown shows it as it is: in `st.markdown`, captions, messages and labels of buttons."""
    line = _ADDRESS.sub("\\1\u2060", visible(_LINE_BREAKS.sub(" ", str(text))))
    line = _SPECIAL.sub(r"\\\1", _EMOJI.sub(":\u2060", line))  # a word joiner, which has no width
    return _AT_START.sub(r"\1\\\2", line)


def sentence(text: object) -> str:
    """Return a message, such as that of an error, as `plain` does; commands between backticks stay commands."""
    parts = _COMMAND.split(str(text))
    return "".join(code(part) if place % 2 else plain(part) for place, part in enumerate(parts))


def code(text: object) -> str:
    """Return a text in the font of code; any backticks in it are shown."""
    line = visible(_LINE_BREAKS.sub(" ", str(text)))
    longest = max((len(run) for run in re.findall("`+", line)), default=0)
    fence, space = "`" * (longest + 1), " " if longest else ""
    return f"{fence}{space}{line}{space}{fence}"


def command(*words: object) -> str:
    """Return a command to type into a terminal, in the font of code, its words quoted where they need it."""
    return code(shlex.join(str(word) for word in words))
