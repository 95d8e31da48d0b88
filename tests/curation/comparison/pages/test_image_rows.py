"""Images on which contestants differ: a row each."""

from typing import Any

from curation.comparison.pages.image_rows import Pictures, SourcePicture, image_row
from tests.helpers.html_page import EVIL, Page


def test_a_row_has_the_labels_and_what_each_network_predicts(figures: dict[str, Any]) -> None:
    sea = next(image for image in figures["differing"] if image["image_id"] == "test/sea/0.png")
    page = Page(image_row(figures, sea, Pictures()))
    assert "sea given" in page.text
    assert "forest v1" in page.text
    assert "file is gone" in page.text
    assert page.text.count("no map drawn") == 3
    assert page.values("title") == ["right", "right", "wrong"]  # v1 says forest
    assert "✓ forest 86 %" in page.text


def test_several_right_classes(figures: dict[str, Any]) -> None:
    street = next(image for image in figures["differing"] if image["image_id"] == "test/street/0.png")
    page = Page(image_row(figures, street, Pictures()))
    assert "sea or street v1" in page.text
    assert page.values("title") == ["right"] * 3


def test_a_transfer_has_its_source_beside_it(figures: dict[str, Any]) -> None:
    view = SourcePicture(f"run{EVIL}", f"cat{EVIL}", 0.5, "data:image/png;base64,AA")
    pictures = Pictures(lambda image_id: f"data:{image_id}", source_of=lambda _, place: view if place == 1 else None)
    html = image_row(figures, figures["differing"][0], pictures)
    page = Page(html)
    assert html.count('<figure class="before">') == 1
    assert EVIL not in html
    assert f"before: cat{EVIL} 50 %" in page.text
    assert page.values("src") == ["data:test/forest/1.png", "data:image/png;base64,AA"]
    assert f"what run{EVIL} looks at for cat{EVIL}" in page.values("alt")
