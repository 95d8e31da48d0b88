"""A version with errata of every kind, for the tests of the sheet and its page."""

import pytest

from curation.decisions.decision import Decision
from curation.decisions.ledger import open_ledger
from curation.handover.sheet import ErrataSheet, errata_sheet
from curation.versions.make import make_version
from curation.versions.request import VersionRequest
from curation.versions.store import load_version
from curation.workspace.folders import Workspace
from tests.helpers.small_audit import ORIGINAL as TWIN
from tests.helpers.small_audit import small_audit


@pytest.fixture(scope="module")
def judged_workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("home"))
    small_audit(workspace, cams=0)
    ledger = open_ledger(workspace, "tiny")
    ledger.decide(Decision("ana <b>", "test/sea/0.png", "relabel", ("forest",)))
    ledger.decide(Decision("ben", "test/sea/1.png", "exclude"))
    ledger.decide(Decision("ben", "test/sea/2.png", "ambiguous", ("forest", "sea")))
    ledger.decide(Decision("ben", "test/sea/3.png", "keep"))
    ledger.decide(Decision("ben", TWIN, "relabel", ("street",)))  # left out as a leak, and wrong
    make_version(workspace, "tiny", VersionRequest("v1", auto_accept=0.5, drop_leaks=True))
    return workspace


@pytest.fixture
def sheet(judged_workspace: Workspace) -> ErrataSheet:
    return errata_sheet(judged_workspace, load_version(judged_workspace, "tiny", "v1"))
