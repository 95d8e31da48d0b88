"""A new verdict, added to the table alone, followed from its key to the errata sheet."""

import subprocess
import sys

import numpy as np
import pytest

from curation.decisions.actions import decision_fields
from curation.decisions.decision import Decision
from curation.decisions.ledger import open_ledger
from curation.decisions.table import Wanted
from curation.decisions.verdicts import VERDICTS, Verdict, tags
from curation.handover.sheet import errata_sheet
from curation.handover.sheet_page import sheet_page
from curation.in_fiftyone.review_plugin.buttons import keys, panel_buttons
from curation.results.audit import Audit
from curation.review.bench import Bench
from curation.versions.make import make_version
from curation.versions.request import VersionRequest
from curation.versions.store import load_version
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from tests.curation.in_fiftyone.review_plugin.test_buttons import expected_operators, keys_of_the_page, listed_operators
from tests.helpers import REPOSITORY
from tests.helpers.app_driver import show
from tests.helpers.small_audit import small_audit

IMAGE = "test/sea/0.png"
NEW = Verdict(
    "another-data-set", "none", "O", "Elsewhere", "Belongs to another data set", "logout",
    removal="of another data set", label_is_wrong=True,
)  # fmt: skip


@pytest.fixture
def audit(workspace: Workspace) -> Audit:
    return small_audit(workspace, cams=0)


@pytest.fixture
def new(monkeypatch: pytest.MonkeyPatch) -> Verdict:
    """A verdict that is added to the table alone; its name is longer than any other."""
    assert len(NEW.name) > max(map(len, VERDICTS))
    monkeypatch.setitem(VERDICTS, NEW.name, NEW)
    return NEW


def test_the_files_without_python_are_compared(new: Verdict) -> None:
    """The tests of the plugin name what is missing in them."""
    assert set(keys().items()) - set(keys_of_the_page().items()) == {("o", new.name)}
    assert expected_operators() - listed_operators() == {new.operator}


def test_a_new_verdict_has_button_and_tag(new: Verdict) -> None:
    assert (new.name, "Elsewhere (O)") in panel_buttons()
    assert new.name in tags()


OPERATORS = """
from curation.decisions.verdicts import VERDICTS
from tests.test_new_verdict import NEW
VERDICTS[NEW.name] = NEW
from curation.in_fiftyone.review_plugin.operators import review_operators
for operator in review_operators():
    print(operator().config.name, "-", operator().config.label)
"""


def test_a_new_verdict_has_an_operator() -> None:
    """In a process of its own: FiftyOne keeps to the first database it meets."""
    run = subprocess.run([sys.executable, "-c", OPERATORS], cwd=REPOSITORY, capture_output=True, text=True)
    lines = run.stdout.splitlines()
    assert "another_data_set - Belongs to another data set (O)" in lines, run.stderr
    assert {line.split(" - ")[0] for line in lines} == expected_operators() | {NEW.operator}


def test_a_new_verdict_has_a_key_on_the_review_screen(audit: Audit, new: Verdict) -> None:
    app = show(screen="review", reviewer="ana")
    buttons = {button.proto.shortcut.upper(): button.label for button in app.button if button.proto.shortcut}
    assert buttons["O"] == "Elsewhere"


def test_a_new_verdict_reaches_log_version_and_sheet(workspace: Workspace, audit: Audit, new: Verdict) -> None:
    row = int(np.flatnonzero(audit.rows.image_ids == IMAGE)[0])
    ledger = open_ledger(workspace, "tiny")
    (decision,) = ledger.decide(Decision("ana", IMAGE, **decision_fields(audit, row, new.action)))
    assert Wanted(decision=new.name).checked().decision == new.name
    with pytest.raises(ErrataError, match="it takes none"):
        ledger.decide(Decision("ana", IMAGE, new.name, ("sea",)))
    assert decision.says_wrong
    assert Bench(audit, ledger).standing("test", "ana").budget.found == 1
    make_version(workspace, "tiny", VersionRequest("v1", reviewer="ana"))
    version = load_version(workspace, "tiny", "v1")
    assert version.images.out_counts() == {new.name: 1}  # not cut
    assert str(version.images.decisions[row]) == new.name
    assert "1 image left out, each by a person's decision" in version.manifest["guard"][0]
    sheet = errata_sheet(workspace, version)
    assert [(erratum.image_id, erratum.decision, erratum.labels) for erratum in sheet.errata] == [(IMAGE, new.name, ())]
    assert "of another data set" in sheet_page(sheet, "", lambda _: None)
