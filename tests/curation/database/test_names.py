import re
from pathlib import Path

import pytest

from curation.database import names
from models.errors import ErrataError


def test_a_dataset_and_the_data_set_it_is_written_from_find_each_other() -> None:
    assert names.dataset_name("scenes") == "errata-scenes"
    assert names.audit_of_dataset("errata-scenes") == "scenes"
    with pytest.raises(ErrataError, match="'quickstart' is not one of Errata's"):
        names.audit_of_dataset("quickstart")


def test_fields_of_datasets_that_are_already_written_keep_their_names() -> None:
    assert (names.GIVEN, names.CURATED, names.SUGGESTED) == ("ground_truth", "curated", "suggested_label")
    assert (names.DECISION, names.REVIEWER, names.REVIEWED_AT) == ("decision", "reviewer", "reviewed_at")
    assert names.quality_field("resnet18") == "resnet18_label_quality"
    assert names.evaluation_key("resnet18") == "eval_resnet18"


def test_links_name_views_in_words_joined_by_hyphens() -> None:
    assert names.view_in_links(names.to_review_view("test")) == "to-review-test"
    assert names.view_in_links(names.to_review_view()) == "to-review"
    assert names.view_in_links(names.suspicious_view("val")) == "suspicious-val"
    assert names.view_in_links(names.selection_view("two_ships")) == "selection-two-ships"


def test_the_page_of_the_plugin_reads_these_fields() -> None:
    page = Path(names.__file__).parents[1] / "in_fiftyone" / "review_plugin" / "index.js"
    fields = re.search(r"for \(const kind of (\[.*?\])\)", page.read_text(encoding="utf-8"))
    assert fields is not None
    assert fields.group(1) == f'["{names.GIVEN}", "{names.SUGGESTED}"]'
