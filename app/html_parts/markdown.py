"""Names of classes and people in labels that Streamlit reads as Markdown."""

import re

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+.!|~:$<>&-])")


def plain(text: str) -> str:
    """Return Markdown that shows the text as it is."""
    return _SPECIAL.sub(r"\\\1", text)
