"""What a key or a tag means for an image, on the thirty drawn pictures."""

from typing import Any

import numpy as np
import pytest

from curation.decisions.actions import decision_fields, proposal
from curation.decisions.decision import Decision
from curation.decisions.verdicts import VERDICTS, actions, tags
from curation.results.audit import Audit
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from tests.helpers.small_audit import small_audit

WRONG, RIGHT = "test/sea/0.png", "test/sea/1.png"


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    return small_audit(Workspace(tmp_path_factory.mktemp("home")), cams=0)


def fields(audit: Audit, action: str, *chosen: str, image_id: str = WRONG) -> dict[str, Any]:
    return decision_fields(audit, int(np.flatnonzero(audit.rows.image_ids == image_id)[0]), action, chosen)


def test_each_verdict(audit: Audit) -> None:
    for action in ("keep", "none-of-these", "exclude", "unsure"):
        assert fields(audit, action) == {"decision": action}
    for action in ("ambiguous", "multi-label"):
        assert fields(audit, action) == {"decision": action, "new_labels": ("sea", "forest")}
        chosen = fields(audit, action, "street", "forest", "sea")
        assert chosen == {"decision": action, "new_labels": ("street", "forest", "sea")}
    accepted = fields(audit, "accept")
    assert (accepted["decision"], accepted["new_labels"]) == ("relabel", ("forest",))
    assert accepted["proposed_by"] == ("efficientnet_lite0", "simple_cnn_norm_dropout")
    assert accepted["run"] == audit.voters[0].run_folder.name


def test_a_chosen_label(audit: Audit) -> None:
    assert fields(audit, "label", "street") == {"decision": "relabel", "new_labels": ("street",)}
    assert fields(audit, "label", "forest") == fields(audit, "accept")
    assert fields(audit, "label", "sea") == {"decision": "keep"}


def test_who_proposed_a_class(audit: Audit) -> None:
    row = int(np.flatnonzero(audit.rows.image_ids == WRONG)[0])
    assert proposal(audit, row, "street") == {}
    assert proposal(audit, row, "forest")["proposed_by"] == ("efficientnet_lite0", "simple_cnn_norm_dropout")


def test_where_the_models_agree(audit: Audit) -> None:
    with pytest.raises(ErrataError, match=r"nothing is suggested for test/sea/1\.png: the models agree with 'sea'"):
        fields(audit, "accept", image_id=RIGHT)
    row = int(np.flatnonzero(audit.rows.image_ids == RIGHT)[0])
    runner_up = audit.rows.classes[audit.consensus.runner_up[row]]
    assert fields(audit, "ambiguous", image_id=RIGHT)["new_labels"] == ("sea", runner_up)


def test_unknown_names(audit: Audit) -> None:
    with pytest.raises(ErrataError, match="no verdict 'kep'; did you mean 'keep'"):
        fields(audit, "kep")
    with pytest.raises(ErrataError, match="no class 'forrest'; did you mean 'forest'"):
        fields(audit, "label", "forrest")
    with pytest.raises(ErrataError, match="a label takes exactly one class; found: none"):
        fields(audit, "label")


@pytest.mark.parametrize("action", actions())
def test_each_action_makes_a_decision(audit: Audit, action: str) -> None:
    chosen = ("forest",) if action == "label" else ()
    values = fields(audit, action, *chosen)
    decision = Decision("ana", WRONG, label="sea", source="fiftyone", **values).checked(audit.rows.classes)
    assert decision.decision in VERDICTS


def test_tags_are_actions_that_need_no_chosen_class() -> None:
    assert set(tags()) == set(actions()) - {"label"}
