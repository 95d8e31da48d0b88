"""`errata doctor`."""

import typer

from app.commands.doctor import NOTE, OK, PROBLEM, examine, healthy

_COLOURS = {OK: "green", NOTE: "yellow", PROBLEM: "red"}


def doctor() -> int:
    """Print a line for each finding; return 0 if nothing essential is missing, else 1."""
    findings = examine()
    width = max(len(finding.name) for finding in findings)
    for finding in findings:
        level = typer.style(f"{finding.level:<7}", fg=_COLOURS[finding.level])
        typer.echo(f"{level}  {finding.name:<{width}}  {finding.text}")
    good = healthy(findings)
    typer.echo("\nErrata can work here." if good else "\nErrata cannot work yet: mend what is marked PROBLEM.")
    return 0 if good else 1
