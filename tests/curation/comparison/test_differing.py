"""The images on which contestants differ."""

from pathlib import Path

import numpy as np

from curation.comparison.board import read_board
from curation.comparison.differing import differing_images, disagreement
from tests.helpers.compared_runs import NAME, compared_runs


def test_disagreement_by_hand() -> None:
    predicted = np.array([[0, 0, 1, 2], [0, 1, 1, 0], [0, 1, 0, 1]])
    sure = np.array([[0.9, 0.8, 0.7, 0.6], [0.8, 0.9, 0.6, 0.9], [0.7, 0.5, 0.5, 0.8]], np.float32)
    # All agree; 0.8 against 0.9; 0.5 against 0.7; 0.8 against 0.9, the third is less sure.
    assert disagreement(predicted, sure).tolist() == np.array([0, 0.8, 0.5, 0.8], np.float32).tolist()


def test_images_by_hand(tmp_path: Path) -> None:
    workspace = compared_runs(tmp_path)
    images = differing_images(read_board(workspace, NAME))
    assert [image["image_id"] for image in images] == ["test/forest/1.png", "test/sea/0.png", "test/street/0.png"]
    sea, street = images[1], images[2]
    assert sea["given"] == "sea"
    assert sea["classes"] == {"original": ["sea"], "v1": ["forest"]}
    assert [prediction["class"] for prediction in sea["predictions"]] == ["forest", "forest", "sea"]
    assert sea["predictions"][0]["confidence"] == 0.86
    assert street["classes"]["v1"] == ["sea", "street"]
