"""The table of verdicts; `tests/test_new_verdict.py` follows a new verdict through the product."""

import re

from curation.decisions.verdicts import VERDICTS, actions, removing, unanswered


def test_names_keys_and_actions_are_unique() -> None:
    verdicts = VERDICTS.values()
    assert [verdict.name for verdict in verdicts] == list(VERDICTS)
    assert len({verdict.key for verdict in verdicts}) == len({verdict.action for verdict in verdicts}) == len(verdicts)
    assert all(re.fullmatch("[A-Z]", verdict.key) for verdict in verdicts)


def test_names_in_logs_stay() -> None:
    names = {"keep": "none", "relabel": "one", "ambiguous": "several", "multi-label": "several"}
    names |= dict.fromkeys(("none-of-these", "exclude", "unsure"), "none")
    assert {name: verdict.classes_named for name, verdict in VERDICTS.items()} == names
    assert actions().keys() - names.keys() == {"accept", "label"}
    assert (removing(), unanswered()) == (("none-of-these", "exclude"), ("unsure",))
