"""The five lines that a report begins with."""

import pytest
from markupsafe import Markup

from curation.reports.brief import BriefLine, brief, next_step
from curation.reports.font import FAMILY, font_face

FIGURES = {
    "dataset": {"name": "my set", "classes": ["sea", "<b>"]},
    "wrong_labels": {"sentence": "the models estimate about 3 wrong labels among 10 images (30.0 %)", "judged": 0},
    "trouble": {"class_pairs": [[5, 2], [1, 2]]},
}


def test_five_lines_in_plain_words() -> None:
    html = brief(FIGURES, "nobody looked", "a is right", next_step("my set", 0, "", 0))
    assert html.count("<dt>") == 5
    assert "The models estimate about 3 wrong labels among 10 images (30.0 %)." in html
    assert Markup.escape("labelled sea, shows <b> (2 images); labelled <b>, shows sea (1 image)") in html
    assert "errata review &#39;my set&#39;" in html  # quoted: it can be typed as it stands


@pytest.mark.parametrize(
    ("judged", "version", "trainings", "command"),
    [
        (0, "", 0, "errata review scenes"),
        (9, "", 0, "errata split scenes"),
        (9, "v2", 0, "errata train scenes --version v2"),
        (9, "v2", 1, "errata export scenes --version v2"),
    ],
)
def test_what_to_do_follows_from_what_was_done(judged: int, version: str, trainings: int, command: str) -> None:
    assert next_step("scenes", judged, version, trainings).command == command


def test_no_class_is_mistaken() -> None:
    figures = {**FIGURES, "trouble": {"class_pairs": [[5, 0], [0, 5]]}}
    assert "no class is mistaken for another" in brief(figures, "a", "b", BriefLine("c", "d."))


def test_the_font_of_the_app_comes_with_the_page() -> None:
    assert f'font-family: "{FAMILY}"' in font_face()
    assert "data:font/woff2;base64," in font_face()
