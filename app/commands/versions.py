"""`errata split`, `splits`, `diff`, `sheet`, `apply` and `export`."""

from pathlib import Path

import typer

from curation.versions.diff import Change, change_counts, diff_versions, write_changes
from curation.versions.make import make_version
from curation.versions.request import VersionRequest
from curation.versions.store import list_versions, load_version, version_folder
from curation.words import counted
from curation.workspace.folders import Workspace
from models.errors import ErrataError

SHOWN = 100  # changes on the screen
NAMED = 10  # images named in a line


def split(workspace: Workspace, name: str, request: VersionRequest) -> None:
    """Make a version and say what it holds."""
    made = make_version(workspace, name, request)
    typer.echo(f"{name} {made.name}: {counted(len(made.rows), 'image')}, {made.sha256}")
    for part, classes in made.images.counts().items():
        counts = ", ".join(f"{classes[one]} {one}" for one in made.about["classes"])
        typer.echo(f"  {part:<5} {sum(classes.values()):>7,}: {counts}")
    changed, out = made.about["decisions"]["changed"], made.about["out"]
    typer.echo(f"labels changed: {_by(changed)}; left out: {_by(out)}")
    for sentence in made.about["guard"]:
        typer.echo(f"  {sentence}")
    if added := made.about["added_classes"]:
        typer.echo(f"classes that decisions added, behind the given ones: {', '.join(added)}")
    _name("leaks", made.about["leaks"]["images"])
    _name("disputed", made.about["disputed"])
    typer.echo(f"kept in {version_folder(workspace, name, made.name)}")


def show(workspace: Workspace, name: str) -> None:
    """Print a line for each version."""
    head = ("version", "images", "train", "val", "test", "changed", "left out", "parent", "sha256", "made", "by")
    lines: list[tuple[str, ...]] = [head]
    for one in list_versions(workspace, name):
        sizes = {part: sum(classes.values()) for part, classes in one.counts.items()}
        numbers = [sum(sizes.values()), *(sizes.get(part, 0) for part in ("train", "val", "test"))]
        numbers += [sum(one.changed.values()), sum(one.out.values())]
        made = f"{one.created[:10]} {one.created[11:16]}" if one.created else "-"
        texts = (one.parent or "-", one.sha256[:12], made, one.reviewer or "-")
        lines.append((one.name, *(f"{number:,}" for number in numbers), *texts))
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        cells = (cell.rjust(width) if 0 < i < 7 else cell.ljust(width) for i, (cell, width) in _numbered(line, widths))
        typer.echo("  ".join(cells).rstrip())


def diff(workspace: Workspace, name: str, old: str, new: str, csv: Path | None) -> None:
    """Print what two versions do not have in common, or write it to a file."""
    changes = diff_versions(load_version(workspace, name, old), load_version(workspace, name, new))
    if csv:
        write_changes(changes, csv)
        typer.echo(f"{counted(len(changes), 'change')} written to {csv}")
    else:
        for change in changes[:SHOWN]:
            typer.echo(_said(change))
        if len(changes) > SHOWN:
            typer.echo(f"… and {len(changes) - SHOWN:,} more; write all of them with --csv FILE")
    typer.echo(f"{old} to {new}: {_by(change_counts(changes), 'nothing changed')}")


def _said(change: Change) -> str:
    label = change.new_label if change.old_label == change.new_label else f"{change.old_label} -> {change.new_label}"
    where = change.new_split if change.old_split == change.new_split else f"{change.old_split} -> {change.new_split}"
    by = ", ".join(part for part in (change.decision, *change.reviewers, change.time[:16]) if part)
    return f"{change.image_id}  {label.strip(' ->') if 'membership' in change.kind else label}  {where}  {by}".rstrip()


def _by(counts: dict[str, int], none: str = "none") -> str:
    return ", ".join(f"{number:,} {what}" for what, number in counts.items()) or none


def _numbered(line: tuple[str, ...], widths: list[int]) -> list[tuple[int, tuple[str, int]]]:
    return list(enumerate(zip(line, widths, strict=True)))


def sheet(
    workspace: Workspace, name: str, version: str, html: Path | None, csv: Path | None, json: Path | None
) -> None:
    """Write the errata sheet of a version, or say in a line what is on it."""
    from curation.handover.sheet import errata_sheet, write_sheet, write_sheet_csv

    made = load_version(workspace, name, version)
    found = errata_sheet(workspace, made)
    typer.echo(f"{name} {version}: {counted(len(found.errata), 'erratum', 'errata')}; {found.judged:,} images judged")
    if json:
        write_sheet(found, json)
    if csv:
        write_sheet_csv(found, csv)
    if html:
        from curation.handover.sheet_page import write_sheet_page

        write_sheet_page(found, made.rows.root, html)
    for path in (html, csv, json):
        if path:
            typer.echo(f"written: {path}")
    if not (html or csv or json):
        typer.echo("write it with --html FILE, --csv FILE or --json FILE")


def apply(sheet: Path, folder: Path, dry_run: bool, output: Path | None, csv: Path | None, files: str) -> None:
    """Correct a copy of a data set by an errata sheet, elsewhere."""
    from app.commands.progress import stage_display
    from curation.handover.sheet import read_sheet
    from curation.handover.sheet_apply import DIFFERENT, apply_sheet, checked_placing, write_corrected, write_labels

    if not (dry_run or output or csv):
        raise ErrataError("say where the corrections go, with --output FOLDER or --csv FILE, or give --dry-run")
    checked_placing(files)
    read = read_sheet(sheet)
    with stage_display() as show:
        applied = apply_sheet(read, folder, lambda done, total: show("read images", done, total))
        if csv and not dry_run:
            write_labels(applied, csv)
        if output and not dry_run:
            write_corrected(applied, output, files, lambda done, total: show("write images", done, total))
    typer.echo(", ".join(f"{what}: {number:,}" for what, number in applied.counts().items()))
    _name("not found", [one.image_id for one in applied.not_found])
    _name(DIFFERENT, [one.image_id for one in applied.images if one.outcome == DIFFERENT])
    for path in (csv, output):
        if path:
            typer.echo(f"{'would be written' if dry_run else 'written'}: {path}")


def export(workspace: Workspace, name: str, version: str, kind: str, output: Path | None, files: str) -> None:
    """Write a version as a data set of its own."""
    from app.commands.progress import stage_display
    from curation.handover.export import export_version

    with stage_display() as show:
        folder, exported = export_version(
            workspace, name, version, kind, output, files, lambda done, total: show("export", done, total)
        )
    typer.echo(f"{name} {version}: {counted(len(exported.items), 'image')} written to {folder} and verified")
    for split, classes in exported.missing().items():
        typer.echo(f"no image of {', '.join(classes)} in {split}: readers that number folders count others there")


def _name(what: str, images: list[str]) -> None:
    if images:
        more = f" and {len(images) - NAMED:,} more" if len(images) > NAMED else ""
        typer.echo(f"{what}: {', '.join(images[:NAMED])}{more}")
