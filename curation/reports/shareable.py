"""What reports say to people elsewhere: images by name, never where they lie on this machine."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any


def shareable(value: Any, folders: Sequence[Path]) -> Any:
    """Return JSON-able values with texts that name a file in one of the folders by its name in it.

    Args:
        value: figures of a report.
        folders: of this machine, as that of the data set, of the workspace; the home folder goes too.
    """
    spelt = {str(form) for folder in (*folders, Path.home()) for form in (folder, folder.absolute(), folder.resolve())}
    prefixes = [f"{folder}/" for folder in sorted(spelt, key=len, reverse=True) if len(folder) > 1 and folder[0] == "/"]
    return _without(value, prefixes)


def _without(value: Any, prefixes: Sequence[str]) -> Any:
    if isinstance(value, dict):
        return {key: _without(item, prefixes) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without(item, prefixes) for item in value]
    if isinstance(value, str):
        for prefix in prefixes:
            value = value.replace(prefix, "")
    return value
