"""What the texts name is there: each `errata` command with its options, by parsing alone, and each linked file."""

import re
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
import typer

from app.cli import cli
from tests.helpers import REPOSITORY

TEXTS = sorted(
    [*REPOSITORY.glob("*.md"), *REPOSITORY.glob("docs/**/*.md"), *REPOSITORY.glob(".github/**/*.yml")],
    key=lambda path: path.as_posix(),
)
COMMANDS: dict[str, typer.core.TyperCommand] = typer.main.get_command(cli).commands  # type: ignore[attr-defined]
CALL = re.compile(r"(?:^|[\s`])(?:\.venv/bin/)?(?:errata|-m app\.cli) (\S.*)")
INLINE = re.compile(r"`((?:\.venv/bin/)?errata [^`]+)`")


def blocks(text: str) -> Iterator[str]:
    """Yield the lines of code blocks, fenced and indented."""
    fenced = False
    for line in text.splitlines():
        if line.startswith("```"):
            fenced = not fenced
        elif fenced or line.startswith("    "):
            yield line


def calls(code: Iterable[str]) -> Iterator[list[str]]:
    """Yield the arguments of each `errata`; what names no command, as `errata COMMAND`, is left out."""
    for line in code:
        if found := CALL.search(line):
            words = shlex.split(found[1].replace("`", ""), comments=True)
            if words and words[0].isalpha() and words[0].islower():
                yield words


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_each_command_is_there_with_its_options(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for command, *words in calls([*blocks(text), *INLINE.findall(text)]):
        if command == "queue" and words and words[0] in COMMANDS:
            command, *words = words
        assert command in COMMANDS, f"errata {command}"
        known = {name for parameter in COMMANDS[command].params for name in parameter.opts} | {"--help"}
        options = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert options <= known, f"errata {command} {shlex.join(words)}"


def test_the_commands_in_the_blocks_of_guides_are_whole() -> None:
    """Every argument is there, and values are of the right kind."""
    guides = [REPOSITORY / "README.md", REPOSITORY / "docs" / "tutorial.md", *REPOSITORY.glob("docs/how-to/*.md")]
    whole = [words for guide in guides for words in calls(blocks(guide.read_text(encoding="utf-8")))]
    assert len(whole) > 30
    for command, *words in whole:
        COMMANDS[command].make_context(command, words)  # refuses what is missing, unknown or of the wrong kind


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_each_link_leads_to_a_file_and_its_heading(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
        file, _, heading = target.partition("#")
        if ":" in target:  # of another server
            continue
        linked = (path.parent / file).resolve() if file else path
        assert linked.exists(), target
        assert not heading or heading in headings(linked.read_text(encoding="utf-8")), target


def headings(text: str) -> set[str]:
    """Return the addresses of a page's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
