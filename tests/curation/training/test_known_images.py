"""Whether a picture is in the data set: the same bytes, saved again, another one; with what people said."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from curation.decisions.decision import Decision
from curation.decisions.ledger import open_ledger
from curation.results.audit import Audit
from curation.training.file_results import KnownImage
from curation.training.known_images import known_images
from curation.workspace.folders import Workspace
from models.images.check import check_images
from tests.helpers.small_audit import COPY, ORIGINAL, small_audit

IMAGE = "test/sea/0.png"


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    """The small audit; `IMAGE` is a picture with detail, which a copy can be told by."""
    audit = small_audit(Workspace(tmp_path), cams=0)
    pixels = np.random.default_rng(0).integers(0, 256, (12, 16, 3), dtype=np.uint8)
    Image.fromarray(pixels).resize((160, 120), Image.Resampling.BICUBIC).save(audit.rows.root / IMAGE)
    row = audit.rows.image_ids.tolist().index(IMAGE)
    check = check_images([audit.rows.root / IMAGE])[0]
    audit.checked.sha256s[row], audit.checked.hashes[row] = check.sha256, check.phash
    return audit


def known(audit: Audit, *files: Path) -> list[list[KnownImage]]:
    nearest = [np.empty(0, np.int64) for _ in files]
    return known_images(Workspace(audit.folder.parent.parent), audit, files, check_images(files), nearest)


def test_the_same_bytes_are_the_image_wherever_they_lie(tmp_path: Path, audit: Audit) -> None:
    elsewhere = tmp_path / "anything.png"
    elsewhere.write_bytes((audit.rows.root / COPY).read_bytes())
    copies = known(audit, elsewhere)[0]
    assert {copy.image_id for copy in copies if copy.exact} == {COPY, ORIGINAL}
    assert {(copy.label, copy.verdict) for copy in copies if copy.exact} == {("forest", "")}


def test_a_picture_saved_again_is_a_near_copy_and_another_is_none(tmp_path: Path, audit: Audit) -> None:
    with Image.open(audit.rows.root / IMAGE) as image:
        image.resize((140, 105)).save(tmp_path / "again.jpg", quality=80)
    noise = np.random.default_rng(5).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "noise.png")
    again, other = known(audit, tmp_path / "again.jpg", tmp_path / "noise.png")
    assert [(copy.image_id, copy.exact) for copy in again] == [(IMAGE, False)]
    assert other == []


def test_the_verdict_is_that_of_people(audit: Audit) -> None:
    ledger = open_ledger(Workspace(audit.folder.parent.parent), audit.name)
    ledger.decide(Decision("ana", COPY, "relabel", ("sea",), "forest"))
    verdicts = {copy.image_id: copy.verdict for copy in known(audit, audit.rows.root / COPY)[0]}
    assert verdicts[COPY] == "relabel sea"
    ledger.decide(Decision("bob", COPY, "keep", (), "forest"))
    verdicts = {copy.image_id: copy.verdict for copy in known(audit, audit.rows.root / COPY)[0]}
    assert verdicts[COPY] == "reviewers disagree"
