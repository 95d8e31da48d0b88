"""Image files against the content that they had when the data set was audited."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from curation.words import first_few
from models.errors import ErrataError
from models.processors.threads import cores, in_order


def check_unchanged(paths: Iterable[Path], sha256s: Iterable[str], image_ids: Iterable[str], consequence: str) -> None:
    """Raise unless every file still has the content that the audit read.

    Args:
        paths: N image files.
        sha256s: their content as the audit read it, N.
        image_ids: their names, N.
        consequence: what is not done, for the sentence.

    Raises:
        ErrataError: files are gone or changed; the first few are named.
    """
    gone: list[str] = []
    changed: list[str] = []
    contents = in_order(_sha256_or_none, paths, 2 * cores())
    for image_id, expected, content in zip(image_ids, sha256s, contents, strict=True):
        if content != expected:
            (gone if content is None else changed).append(str(image_id))
    if gone or changed:
        named = {"gone": gone, "changed": changed}
        parts = [f"{len(names)} {state} ({first_few(names)})" for state, names in named.items() if names]
        raise ErrataError(
            f"images are not as the audit read them: {', '.join(parts)}; {consequence}: put them back or audit again"
        )


def check_image_unchanged(path: Path, sha256: str, image_id: str) -> None:
    """Raise unless an image that is being decided on still has the content that was scored.

    Raises:
        ErrataError: the file cannot be read, or has changed.
    """
    try:
        content = _sha256(path)
    except OSError as error:
        raise ErrataError(
            f"cannot read image {image_id!r}: {error.strerror}; nothing was decided: put it back or audit again"
        ) from error
    if content != sha256:
        raise ErrataError(
            f"image {image_id!r} was changed since it was scored; nothing was decided: audit the data set again"
        )


def is_unchanged(path: Path, sha256: str) -> bool:
    """Return whether the file is there, with the content that the audit read."""
    return _sha256_or_none(path) == sha256


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, 64 hex digits.

    Raises:
        ErrataError: it cannot be read.
    """
    try:
        return _sha256(path)
    except OSError as error:
        raise ErrataError(f"cannot read {path}: {error.strerror}; put it back") from error


def _sha256_or_none(path: Path) -> str | None:
    try:
        return _sha256(path)
    except OSError:
        return None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
