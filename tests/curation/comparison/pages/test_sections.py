"""The sections of a comparison, one by one."""

import copy
import re
from typing import Any

import pytest

from curation.comparison.pages import sections
from curation.comparison.pages.image_rows import Pictures
from curation.comparison.pages.job import comparison
from curation.comparison.pages.write import comparison_sections
from curation.workspace.folders import Workspace
from tests.helpers.compared_runs import NAME, WEAK
from tests.helpers.html_page import EVIL, Page


def renamed(value: Any, name: str, new: str) -> Any:
    """Return figures in which a name is another one, wherever it stands."""
    if isinstance(value, dict):
        return {renamed(key, name, new): renamed(item, name, new) for key, item in value.items()}
    if isinstance(value, list):
        return [renamed(item, name, new) for item in value]
    return value.replace(name, new) if isinstance(value, str) else value


def test_names_of_labels() -> None:
    assert sections.labels_name("original") == "labels as given"
    assert sections.labels_name("v1") == "labels of v1"


@pytest.mark.parametrize("name", ["sea", "v1", "scenes-simple", "tiny-weak", "ana"])
def test_any_name_is_escaped_in_every_section(figures: dict[str, Any], name: str) -> None:
    evil = renamed(figures, name, f"{name}{EVIL}")
    for section in comparison_sections(evil, Pictures()):
        page = Page(section.body)
        assert page.open == [], section.anchor
        assert "script" not in page.tags, section.anchor


def test_one_network_on_one_version_has_nothing_to_hold_against_it(workspace: Workspace) -> None:
    alone = comparison(workspace, NAME, (WEAK,), ("original",))[1]
    empty = [section.anchor for section in comparison_sections(alone, Pictures()) if not section.body]
    assert empty == ["contests", "pairs", "changed", "review", "images"]


def test_a_version_that_changes_no_image_of_train_is_said(figures: dict[str, Any]) -> None:
    said = "v1 changes no image of train: a network trained on it learned from the labels as given."
    for changed, shown in ((0, True), (2, False)):
        other = {**figures, "versions": [{**version, "changed_train": changed} for version in figures["versions"]]}
        assert (said in sections.compared_section(other).body) == shown


def test_a_single_very_high_loss_does_not_flatten_the_others(figures: dict[str, Any]) -> None:
    changed = copy.deepcopy(figures)
    changed["contestants"] = changed["contestants"][:1]
    run = changed["contestants"][0]["runs"][0]
    changed["contestants"][0]["runs"] = [run]
    run["curve"] = [{"epoch": epoch, "val_loss": 900.0 if epoch == 1 else 0.9} for epoch in range(1, 41)]
    body = sections.curves_section(changed).body
    heights = [float(point.split(",")[1]) for point in re.findall(r'points="([^"]+)"', body)[-1].split()]
    assert heights[0] == 12  # the top margin: cut off
    assert len(set(heights[1:])) == 1
    assert 12 < heights[1] < 60  # 0.9 on an axis to 1, not to 900


def test_networks_without_epochs_are_named(figures: dict[str, Any]) -> None:
    changed = copy.deepcopy(figures)
    changed["contestants"][2]["runs"][0]["curve"] = []
    assert "Fitted in one go, without epochs: scenes-simple." in Page(sections.curves_section(changed).body).text
