"""The pictures of a run's report hold its numbers."""

import xml.etree.ElementTree
from pathlib import Path

import pytest

from tests.helpers.trained_folder import run_report, two_seeds


def test_pictures_hold_the_numbers(tmp_path: Path) -> None:
    folders, rows = two_seeds(tmp_path)
    run_report(folders, tmp_path / "report", rows)
    confusion = xml.etree.ElementTree.parse(tmp_path / "report" / "confusion.svg").getroot()
    shown = [element.text for element in confusion.iter("{http://www.w3.org/2000/svg}text")]
    assert shown == [
        *("test images, n = 4, 2 seeds added up", "given ↓ predicted →", "cat", "dog"),
        *("cat", "3", "1", "dog", "2", "2"),
    ]
    depths = [float(box.get("fill-opacity", 0)) for box in confusion.iter() if box.get("fill-opacity")]
    assert depths == pytest.approx([0.45 * 0.75, 0.75 * 0.5, 0.75, 0.45 * 0.5], abs=1e-3)
    curves = (tmp_path / "report" / "curves.svg").read_text()
    assert curves.count('<polyline class="train"') == curves.count('<polyline class="val"') == 4  # 2 seeds, 2 plots
