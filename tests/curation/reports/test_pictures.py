"""Pictures in a page: small JPEGs, maps laid over them, and files that are gone."""

from base64 import b64decode
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from curation.results.cam_files import cam_pair
from tests.helpers.html_page import Page
from tests.helpers.reported_audit import make_audit, written


def test_pictures_are_small_jpegs_and_maps_are_laid_over_them(tmp_path: Path) -> None:
    audit = make_audit(tmp_path)
    without = written(audit, tmp_path / "one")[1]
    assert without.count("no Grad-CAM map drawn") == 8
    for path in cam_pair(audit, audit.architectures[0], 1):
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(np.tile(np.arange(40, dtype=np.uint8) * 6, (20, 1))).save(path)
    html = written(audit, tmp_path / "two")[1]
    assert html.count("no Grad-CAM map drawn") == 7
    sources = Page(html).values("src")
    assert len(sources) == 8 + 2 + 4  # eight cards, two maps, two groups of two
    for source in sources:
        with Image.open(BytesIO(b64decode(source.split(",")[1]))) as image:
            assert image.format == "JPEG"
            assert max(image.size) in (112, 128, 168)
            assert image.width == 2 * image.height


def test_a_picture_that_is_gone_leaves_a_sentence_and_all_numbers(tmp_path: Path) -> None:
    audit = make_audit(tmp_path)
    audit.rows.paths[1].unlink()
    figures, html = written(audit, tmp_path / "report")
    assert "the file can no longer be read" in html
    assert len(figures["suspects"]["test"]) == 4


def test_a_very_flat_picture(tmp_path: Path) -> None:
    audit = make_audit(tmp_path)
    Image.new("RGB", (4000, 4)).save(audit.rows.paths[0])
    assert "data:image/jpeg" in written(audit, tmp_path / "report")[1]
