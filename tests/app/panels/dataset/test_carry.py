"""The offer to carry verdicts over, and its button."""

import pytest

from app.panels.dataset.carry import CARRY_KEY
from curation.decisions.decision import Decision
from curation.decisions.ledger import log_of, open_ledger
from curation.results.audit import Audit
from curation.workspace.folders import Workspace
from tests.helpers.app_driver import ran, show, texts


@pytest.mark.parametrize("screen", ["audit", "review"])
def test_one_press_brings_the_verdicts_of_a_data_set_that_was_renamed(
    workspace: Workspace, audit: Audit, screen: str
) -> None:
    label = audit.rows.classes[audit.rows.labels[0]]
    before = Decision("ana", "elsewhere.png", "exclude", (), label, str(audit.checked.sha256s[0]))
    log_of(workspace, "before").append(before)
    app = show(screen=screen)
    assert "1 image here is judged in 'before'" in texts(app.markdown)
    (button,) = [button for button in app.button if button.label == "Carry over 1 verdict"]
    assert button.proto.shortcut == CARRY_KEY.lower()
    button.click()
    app = ran(app)
    assert not [button for button in app.button if button.label.startswith("Carry over")]
    with open_ledger(workspace, "tiny").reading() as state:
        assert state.images() == [str(audit.rows.image_ids[0])]
