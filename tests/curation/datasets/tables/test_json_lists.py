"""JSON lists of other tools, read as objects with path and label."""

from typing import Any

import pytest

from curation.datasets.tables.json_lists import as_objects

COCO = {
    "images": [{"id": 1, "file_name": "a.jpg"}, {"id": 2, "file_name": "b.jpg"}, {"id": 3, "file_name": "c.jpg"}],
    "annotations": [
        {"image_id": 1, "category_id": 5},
        {"image_id": 1, "category_id": 5},  # two boxes of one class are one label
        {"image_id": 2, "category_id": 5},
        {"image_id": 2, "category_id": 6},
    ],
    "categories": [{"id": 5, "name": "cat"}, {"id": 6, "name": "dog"}],
}


@pytest.mark.parametrize(
    ("content", "labels"),
    [
        (COCO, {"a.jpg": "cat", "b.jpg": "cat|dog", "c.jpg": ""}),
        ({**COCO, "categories": []}, {"a.jpg": "5", "b.jpg": "5|6", "c.jpg": ""}),
        ({"classes": ["cat", "dog"], "labels": {"a": 0, "b": 1}}, {"a": "cat", "b": "dog"}),
        ({"labels": {"a": "cat", "b": ["cat", "dog"]}}, {"a": "cat", "b": "cat|dog"}),
        ({"a.jpg": "cat", "b.jpg": 3}, {"a.jpg": "cat", "b.jpg": 3}),
        ({"cat": ["a.jpg"], "dog": ["b.jpg", "c.jpg"]}, {"a.jpg": "cat", "b.jpg": "dog", "c.jpg": "dog"}),
    ],
)
def test_lists(content: Any, labels: dict[str, Any]) -> None:
    assert {each["filepath"]: each["label"] for each in as_objects(content)} == labels


@pytest.mark.parametrize("content", [[{"a": 1}], {}, {"a": {"b": 1}}, {"images": [], "annotations": []}, 3, None])
def test_all_else_stays(content: Any) -> None:
    assert as_objects(content) == content
