"""Class labels in HTML and in Markdown."""

import numpy as np

from app.html_parts.labels import change, given_label, label_or_change, prediction, suspicion
from curation.results.audit import Audit

GIVEN, OTHER = '<span class="er-given">{}</span>', '<span class="er-other">{}</span>'


def test_names_are_escaped() -> None:
    assert change("<script>", "sea") == f"{GIVEN} → {OTHER}".format("&lt;script&gt;", "sea")
    assert given_label("a & b") == GIVEN.format("a &amp; b")


def test_a_prediction_has_the_colour_of_the_given_label_where_it_agrees() -> None:
    probs = np.array([0.25, 0.75], np.float32)
    assert prediction(("sea", "<b>"), probs, 1) == GIVEN.format("&lt;b&gt;") + " <small>75%</small>"
    assert prediction(("sea", "<b>"), probs, 0) == OTHER.format("&lt;b&gt;") + " <small>75%</small>"


def test_a_suspicious_label_and_one_that_fits(audit: Audit) -> None:
    wrong, right = (audit.rows.image_ids.tolist().index(name) for name in ("test/sea/0.png", "test/forest/0.png"))
    assert label_or_change(audit, wrong) == change("sea", "forest")
    assert label_or_change(audit, right) == GIVEN.format("forest") + " <small>the models agree</small>"
    reason, no_reason = suspicion(audit, [wrong, right])
    assert reason.striptags().startswith("wrong: forest: ")
    assert no_reason.startswith("forest, as given: ")
