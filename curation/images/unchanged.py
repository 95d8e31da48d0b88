"""Image files against the hashes they had when the data set was audited."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from curation.words import first_few
from models.errors import ErrataError
from models.processors.threads import cores, in_order


def check_unchanged(paths: Iterable[Path], sha256s: Iterable[str], image_ids: Iterable[str], what: str) -> None:
    """Raise unless every file still has the content it had when the data set was audited.

    Args:
        paths: N image files.
        sha256s: what they held, N.
        image_ids: their names, N.
        what: is not done, for the sentence.

    Raises:
        ErrataError: files are gone, or changed; the first few are named.
    """
    gone: list[str] = []
    changed: list[str] = []
    found = in_order(_sha256_or_none, paths, 2 * cores())
    for image_id, expected, now in zip(image_ids, sha256s, found, strict=True):
        if now != expected:
            (gone if now is None else changed).append(str(image_id))
    if gone or changed:
        said = [f"{len(own)} {how} ({first_few(own)})" for own, how in ((gone, "gone"), (changed, "changed")) if own]
        raise ErrataError(
            f"images are not as the audit read them: {', '.join(said)}; {what}: put them back or audit again"
        )


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, 64 hex digits.

    Raises:
        ErrataError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ErrataError(f"cannot read {path}: {error.strerror}; put it back") from error


def _sha256_or_none(path: Path) -> str | None:
    try:
        return file_sha256(path)
    except ErrataError:
        return None
