"""What a key or a tag means for an image, on the thirty drawn pictures."""

import numpy as np
import pytest

from curation.decisions.decision import SOURCES, VERDICTS, Decision
from curation.decisions.verdicts import QUICK, TAGS, quick_verdict
from curation.results.audit import Audit
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from tests.helpers.small_audit import small_audit

WRONG, RIGHT = "test/sea/0.png", "test/sea/1.png"


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    return small_audit(Workspace(tmp_path_factory.mktemp("home")), cams=0)


def row(audit: Audit, image_id: str) -> int:
    return int(np.flatnonzero(audit.rows.image_ids == image_id)[0])


def test_each_verdict(audit: Audit) -> None:
    here = row(audit, WRONG)
    assert quick_verdict(audit, here, "keep") == {"decision": "keep"}
    assert quick_verdict(audit, here, "none-of-these") == {"decision": "none-of-these"}
    assert quick_verdict(audit, here, "exclude") == {"decision": "exclude"}
    assert quick_verdict(audit, here, "unsure") == {"decision": "unsure"}
    both = ("sea", "forest")
    assert quick_verdict(audit, here, "ambiguous") == {"decision": "ambiguous", "new_labels": both}
    assert quick_verdict(audit, here, "multi-label") == {"decision": "multi-label", "new_labels": both}
    accepted = quick_verdict(audit, here, "accept")
    assert (accepted["decision"], accepted["new_labels"]) == ("relabel", ("forest",))
    assert accepted["proposed_by"] == ("efficientnet_lite0", "simple_cnn_norm_dropout")
    assert accepted["run"] == audit.voters[0].run_folder.name


def test_a_label_of_ones_own(audit: Audit) -> None:
    here = row(audit, WRONG)
    assert quick_verdict(audit, here, "label", "street") == {"decision": "relabel", "new_labels": ("street",)}
    assert quick_verdict(audit, here, "label", "forest") == quick_verdict(audit, here, "accept")
    assert quick_verdict(audit, here, "label", "sea") == {"decision": "keep"}


def test_where_the_models_agree(audit: Audit) -> None:
    here = row(audit, RIGHT)
    with pytest.raises(ErrataError, match=r"nothing is suggested for test/sea/1\.png: the models agree with 'sea'"):
        quick_verdict(audit, here, "accept")
    runner_up = audit.rows.classes[audit.consensus.runner_up[here]]
    assert quick_verdict(audit, here, "ambiguous")["new_labels"] == ("sea", runner_up)


def test_unknown_names(audit: Audit) -> None:
    with pytest.raises(ErrataError, match="no verdict 'kep'; did you mean 'keep'"):
        quick_verdict(audit, 0, "kep")
    with pytest.raises(ErrataError, match="no class 'forrest'; did you mean 'forest'"):
        quick_verdict(audit, 0, "label", "forrest")


@pytest.mark.parametrize("quick", QUICK)
def test_every_verdict_makes_a_decision(audit: Audit, quick: str) -> None:
    said = quick_verdict(audit, row(audit, WRONG), quick, "forest")
    decision = Decision("ana", WRONG, label="sea", source="fiftyone", **said).checked(audit.rows.classes)
    assert decision.decision in VERDICTS
    assert decision.source in SOURCES


def test_tags_are_verdicts() -> None:
    assert set(TAGS) == set(QUICK) - {"label"}
