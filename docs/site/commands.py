"""The reference of commands, made of what `errata COMMAND --help` prints."""

from typing import Any

import typer

from app.cli import cli

_TITLE = """# Commands

What `errata COMMAND --help` prints, for all commands. `ERRATA_HOME` is the folder of all that Errata writes (default
`./workspace`), `ERRATA_DATA` that of the data sets of `datasets.yaml` (default `./data`). Exit codes: 0 all went well,
1 a check of `errata check` failed, 2 a mistake in the command or a damaged file, told in one sentence.
"""


def commands_page() -> str:
    """Return the page: a section for each command, in the order of `errata --help`."""
    group: Any = typer.main.get_command(cli)
    return "\n".join([_TITLE, *(_section(name, command) for name, command in group.commands.items())])


def _section(name: str, command: Any) -> str:
    """Return the section of a command: its usage, what it does, its arguments and options."""
    context = command.make_context(f"errata {name}", [], resilient_parsing=True)
    usage = command.get_usage(context).removeprefix("Usage: ").strip()
    records = [record for param in command.get_params(context) if (record := param.get_help_record(context))]
    rows = [f"| {_code(names)} | {_cell(text)} |" for names, text in records if names != "--help"]
    table = "\n".join(["| | |", "| --- | --- |", *rows]) if rows else ""
    return f"## errata {name}\n\n    {' '.join(usage.split())}\n\n{_sentences(command.help)}\n\n{table}\n"


def _sentences(text: str) -> str:
    """Return the text of a docstring as one line for each paragraph, without the mark that keeps lines apart."""
    paragraphs = (" ".join(part.split()) for part in text.replace("\b", "").split("\n\n"))
    return "\n\n".join(_cell(part) for part in paragraphs)


def _code(text: str) -> str:
    """Return a text in a cell as code."""
    return "`" + " ".join(text.split()).replace("|", "\\|") + "`"


def _cell(text: str) -> str:
    """Return a text that Markdown takes as it is."""
    escaped = " ".join(text.split()).replace("\\", "\\\\")
    for mark in "|*_[":
        escaped = escaped.replace(mark, f"\\{mark}")
    return escaped.replace("<", "&lt;")
