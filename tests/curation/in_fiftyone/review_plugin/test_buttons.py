"""FiftyOne has each verdict of the table: in its page, in the plugin's manifest, in the panel."""

import json
import re
from pathlib import Path

import yaml

import curation.in_fiftyone.review_plugin as plugin
from curation.decisions.verdicts import CLASS_KEY, MOVES, REVERSALS, VERDICTS
from curation.in_fiftyone.review_plugin.buttons import ALIKE, PICK, key_lines, keys, panel_buttons

PLUGIN = Path(plugin.__file__).parent


def keys_of_the_page() -> dict[str, str]:
    """Return key -> action, as FiftyOne's page has them."""
    table = re.search(r"const KEYS = \{(.*?)\};", (PLUGIN / "index.js").read_text(), re.DOTALL)
    assert table is not None
    return dict(re.findall(r'(\w): "([\w-]+)"', table[1]))


def moves_of_the_page() -> dict[str, str]:
    """Return key -> arrow key that FiftyOne's page presses for it."""
    table = re.search(r"const MOVES = \{(.*?)\};", (PLUGIN / "index.js").read_text(), re.DOTALL)
    assert table is not None
    return dict(re.findall(r'(\w+): "(\w+)"', table[1]))


def listed_operators() -> set[str]:
    """Return the operators that FiftyOne lets the plugin register."""
    return set(yaml.safe_load((PLUGIN / "fiftyone.yml").read_text())["operators"])


def expected_operators() -> set[str]:
    return {*(verdict.operator for verdict in VERDICTS.values()), *REVERSALS, PICK, ALIKE, "label", "judge", "coming"}


def test_each_verdict_has_key_operator_and_button() -> None:
    assert keys_of_the_page() == keys()
    assert len(keys()) == len(VERDICTS) + 2 + len(REVERSALS)  # no key means two things
    assert listed_operators() == expected_operators()
    assert [action for action, _ in panel_buttons()] == [
        *(one.action for one in VERDICTS.values()),
        PICK,
        ALIKE,
        *REVERSALS,
    ]
    assert panel_buttons()[:2] == [("keep", "Keep (F)"), ("accept", "Accept suggestion (A)")]
    assert ("multi-label", "Multi-label (M)") in panel_buttons()


def test_moving_is_the_same_on_all_screens() -> None:
    arrows = {"back": "ArrowLeft", "next": "ArrowRight", "skip": "ArrowRight"}
    assert moves_of_the_page() == {
        key.lower(): arrows[name]
        for name, (letter, others, _) in MOVES.items()
        for key in (letter, *others)
        if not key.startswith("Arrow")
    }
    assert not set(moves_of_the_page()) & set(keys())  # no key means two things
    assert f'CLASS_KEY = "{CLASS_KEY}"' in (PLUGIN / "index.js").read_text()


def test_the_sheet_of_keys_is_that_of_the_table() -> None:
    lines = re.search(r"const LINES = (\[.*?\]);", (PLUGIN / "keys.js").read_text(), re.DOTALL)
    assert lines is not None
    assert json.loads(lines[1]) == key_lines()
