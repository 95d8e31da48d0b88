"""`errata split`, `splits`, `diff`, `sheet`, `apply` and `export`: curated versions of the labels."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.commands.arguments import DatasetName, LabelVersion, audited_dataset, comma_separated, print_written
from app.commands.listing import Json, minute, print_json, print_list
from app.terminal import tell
from curation.words import counted
from models.errors import ErrataError

if TYPE_CHECKING:
    from curation.versions.diff import Change
    from curation.versions.store import Version

_FILES = "how images get there: copy, hardlink or symlink (which Errata does not follow out of a data set)"
_SHOWN_CHANGES = 100  # on the screen
_NAMED_IMAGES = 10  # in a line, as classes without an image
_NAMED_CLASSES = 20  # in a line; of more, their sizes
_DIFF = ("image", "label", "split", "decision")  # columns of the table of changes


def split(
    name: DatasetName,
    version: Annotated[str, typer.Option(help="name of the new version, as v1; none is ever overwritten")],
    parent: Annotated[str, typer.Option(help="the version whose splits are taken over")] = "original",
    remake: Annotated[
        str, typer.Option(help="keep: the splits of --parent; train=.8,val=.1,test=.1: drawn anew")
    ] = "keep",
    seed: Annotated[int, typer.Option(help="of the splits that --remake draws", min=0, max=2**31 - 1)] = 0,
    drop_leaks: Annotated[
        bool, typer.Option("--drop-leaks", help="leave out train images with a twin in test")
    ] = False,
    auto_accept: Annotated[
        float | None,
        typer.Option(help="labels below this label_quality take the suggested class, seen by nobody; never in test"),
    ] = None,
    accept_in: Annotated[
        str, typer.Option(help="where --auto-accept changes labels: train, val or both")
    ] = "train,val",
    reviewer: Annotated[str, typer.Option(help="who makes this version; by default the user of this machine")] = "",
) -> None:
    """Make a curated version from the decisions so far. Immutable, with a hash of its content."""
    from app.jobs.result import record
    from curation.versions.make import make_version
    from curation.versions.request import VersionRequest
    from curation.versions.shares import parse_shares
    from curation.versions.store import version_folder

    shares, auto_splits = parse_shares(remake), comma_separated(accept_in)
    request = VersionRequest(version, parent, shares, seed, drop_leaks, auto_accept, auto_splits, reviewer)
    workspace, dataset = audited_dataset(name)
    made = make_version(workspace, dataset, request.checked())
    summary = f"{dataset} {made.name}: {counted(len(made.rows), 'image')}"
    folder = version_folder(workspace, dataset, made.name)
    record(dataset, made.name, summary, outputs={"folder": folder})
    tell(f"{summary}, {made.sha256}")
    _print_contents(made)
    tell(f"kept in {folder}")


def _print_contents(made: "Version") -> None:
    """Print the classes of each split, what decisions changed, and what has to be known of a version."""
    for part, sizes in made.images.counts().items():
        tell(f"  {part:<5} {sum(sizes.values()):>7,}: {_class_counts(sizes, made.manifest['classes'])}")
    changed, out = _counts(made.manifest["decisions"]["changed"], "none"), _counts(made.manifest["out"], "none")
    tell(f"labels changed: {changed}; left out: {out}")
    for sentence in made.manifest["guard"]:
        tell(f"  {sentence}")
    _print_images("leaks", made.manifest["leaks"]["images"])
    _print_images("disputed", made.manifest["disputed"])


def _class_counts(sizes: dict[str, int], classes: Sequence[str]) -> str:
    """Return the images of each class; of many classes how many images they have, and which have none."""
    if len(classes) <= _NAMED_CLASSES:
        return ", ".join(f"{sizes[name]} {_in_a_list(name)}" for name in classes)
    empty = [name for name in classes if not sizes[name]]
    numbers = [sizes[name] for name in classes if sizes[name]]
    least, most = min(numbers, default=0), max(numbers, default=0)
    each = f"{least:,}" if least == most else f"{least:,} to {most:,}"
    none = f"; none of {', '.join(map(_in_a_list, empty[:_NAMED_IMAGES]))}" if empty else ""
    more = f" and {len(empty) - _NAMED_IMAGES:,} more" if len(empty) > _NAMED_IMAGES else ""
    return f"{each} of each of {len(numbers):,} classes{none}{more}"


def _in_a_list(name: str) -> str:
    return f'"{name}"' if "," in name else name


def splits(name: DatasetName, as_json: Json = False) -> None:
    """List the versions of a data set. Images, changed labels, parent, hash, who made them."""
    from curation.versions.store import list_versions

    rows = []
    for version in list_versions(*audited_dataset(name)):
        sizes = {part: sum(classes.values()) for part, classes in version.counts.items()}
        rows.append(
            {
                "version": version.name,
                "images": sum(sizes.values()),
                **{part: sizes.get(part, 0) for part in ("train", "val", "test")},
                "changed": sum(version.changed.values()),
                "left_out": sum(version.out.values()),
                "parent": version.parent or None,
                "sha256": version.sha256,
                "made": version.created or None,
                "by": version.reviewer or None,
            }
        )
    print_list(tuple(rows[0]), rows, as_json, {"sha256": lambda sha256: str(sha256)[:12], "made": minute})


def diff(
    name: DatasetName,
    old: Annotated[str, typer.Argument(metavar="OLD", help="a version, or original")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="a version, or original")],
    csv: Annotated[Path | None, typer.Option(help="write all changes here instead of to the screen")] = None,
    as_json: Json = False,
) -> None:
    """List what differs between two versions. Labels, splits, images that only one has."""
    from curation.versions.diff import change_counts, diff_versions, write_changes
    from curation.versions.store import load_version

    workspace, dataset = audited_dataset(name)
    changes = diff_versions(load_version(workspace, dataset, old), load_version(workspace, dataset, new))
    summary = f"{old} to {new}: {_counts(change_counts(changes), 'nothing changed')}"
    if csv:
        write_changes(changes, csv)
        tell(f"{counted(len(changes), 'change')} written to {csv}")
    elif as_json:
        print_json(asdict(change) for change in changes)
        return
    elif changes:
        more = len(changes) - _SHOWN_CHANGES
        cut = f"… and {more:,} more; write all of them with --csv FILE\n" if more > 0 else ""
        print_list(_DIFF, [_change_row(change) for change in changes[:_SHOWN_CHANGES]], False, end=f"{cut}{summary}")
        return
    tell(summary)


def _change_row(change: "Change") -> dict[str, str]:
    label = change.new_label if change.old_label == change.new_label else f"{change.old_label} -> {change.new_label}"
    split = change.new_split if change.old_split == change.new_split else f"{change.old_split} -> {change.new_split}"
    label = label.strip(" ->") if "membership" in change.kind else label
    decided = ", ".join(part for part in (change.decision, *change.reviewers, change.time[:16]) if part)
    return dict(zip(_DIFF, (change.image_id, label, split, decided), strict=True))


def _counts(counts: dict[str, int], nothing: str) -> str:
    return ", ".join(f"{number:,} {kind}" for kind, number in counts.items()) or nothing


def _print_images(title: str, image_ids: list[str]) -> None:
    if image_ids:
        more = f" and {len(image_ids) - _NAMED_IMAGES:,} more" if len(image_ids) > _NAMED_IMAGES else ""
        tell(f"{title}: {', '.join(image_ids[:_NAMED_IMAGES])}{more}")


def sheet(
    name: DatasetName,
    version: LabelVersion,
    html: Annotated[Path | None, typer.Option(help="write a page with pictures, by pairs of classes, here")] = None,
    csv: Annotated[Path | None, typer.Option(help="write a table, a line an image, here")] = None,
    json: Annotated[Path | None, typer.Option(help="write here what others give to `errata apply`")] = None,
) -> None:
    """Write the errata sheet of a version. Which labels as given people found wrong; without a file, how many."""
    from curation.handover.sheet import errata_sheet, write_sheet, write_sheet_csv
    from curation.versions.store import load_version

    workspace, dataset = audited_dataset(name)
    made = load_version(workspace, dataset, version)
    errata = errata_sheet(workspace, made)
    lines = counted(len(errata.errata), "erratum", "errata")
    tell(f"{dataset} {version}: {lines}; {counted(errata.judged, 'image')} judged")
    if json:
        write_sheet(errata, json)
    if csv:
        write_sheet_csv(errata, csv)
    if html:
        from curation.handover.sheet_page import write_sheet_page

        write_sheet_page(errata, made.rows.root, html)
    print_written({"html": html, "csv": csv, "json": json})
    if not (html or csv or json):
        tell("write it with --html FILE, --csv FILE or --json FILE")


def apply(
    sheet: Annotated[Path, typer.Argument(metavar="SHEET", help="the JSON that `errata sheet` wrote")],
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="an image folder, or a CSV filepath,label[,split]; never changed")
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what would be done")] = False,
    output: Annotated[
        Path | None, typer.Option(help="write a corrected image folder here; it must be empty or absent")
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="write the corrected labels as a table here")] = None,
    files: Annotated[str, typer.Option(help="how images come into --output: copy or hardlink")] = "copy",
) -> None:
    """Correct a copy of a data set by an errata sheet. Finds images by content; give --output, --csv or --dry-run."""
    from app.commands.progress import stage_display
    from curation.handover.sheet import read_sheet
    from curation.handover.sheet_apply import DIFFERENT, PLACING, apply_sheet, write_corrected, write_labels
    from curation.handover.tree import checked_files

    if not (dry_run or output or csv):
        raise ErrataError("say where the corrections go, with --output FOLDER or --csv FILE, or give --dry-run")
    checked_files(files, PLACING)
    errata = read_sheet(sheet)
    with stage_display() as show:
        applied = apply_sheet(errata, folder, lambda done, total: show("read images", done, total))
        if csv and not dry_run:
            write_labels(applied, csv)
        if output and not dry_run:
            write_corrected(applied, output, files, lambda done, total: show("write images", done, total))
    tell(", ".join(f"{outcome}: {number:,}" for outcome, number in applied.counts().items()))
    _print_images("not found", [erratum.image_id for erratum in applied.not_found])
    _print_images(DIFFERENT, [image.image_id for image in applied.images if image.outcome == DIFFERENT])
    for path in filter(None, (csv, output)):
        tell(f"{'would be written' if dry_run else 'written'}: {path}")


def export(
    name: DatasetName,
    version: LabelVersion,
    kind: Annotated[str, typer.Option("--format", help="imagefolder, csv, fiftyone or huggingface")] = "imagefolder",
    output: Annotated[
        Path | None, typer.Option(help="an empty or absent folder; by default one in the workspace's exports")
    ] = None,
    files: Annotated[str, typer.Option(help=_FILES)] = "copy",
) -> None:
    """Write a version as a data set of its own. Every file is verified against its hash."""
    from app.commands.progress import stage_display
    from app.jobs.result import record
    from curation.handover.export import export_version

    workspace, dataset = audited_dataset(name)
    with stage_display() as show:
        folder, exported = export_version(
            workspace, dataset, version, kind, output, files, lambda done, total: show("export", done, total)
        )
    summary = f"{dataset} {version}: {counted(len(exported.items), 'image')} written to {folder} and verified"
    record(dataset, version, summary, outputs={"folder": folder})
    tell(summary)
    for split, classes in exported.missing().items():
        more = f" and {len(classes) - _NAMED_IMAGES:,} more" if len(classes) > _NAMED_IMAGES else ""
        named = ", ".join(map(_in_a_list, classes[:_NAMED_IMAGES]))
        tell(f"no image of {named}{more} in {split}: readers that number folders count others there")
