"""The small audit as a FiftyOne dataset, for the modules that say under which NAME."""

import pytest

from curation.database.names import dataset_name
from curation.database.store import load_dataset
from curation.decisions.ledger import Ledger, log_of
from curation.in_fiftyone.mirror import write_decisions
from curation.in_fiftyone.write_audit import write_audit
from curation.results.audit import Audit
from curation.workspace.folders import Workspace
from tests.helpers.small_audit import small_audit


@pytest.fixture(scope="module")
def audit(mongo_workspace: Workspace, request: pytest.FixtureRequest) -> Audit:
    made = small_audit(mongo_workspace, request.module.NAME, cams=0)
    write_audit(mongo_workspace, made)
    return made


@pytest.fixture
def ledger(mongo_workspace: Workspace, audit: Audit) -> Ledger:
    """A review nobody has begun."""
    log = log_of(mongo_workspace, audit.name)
    log.path.unlink(missing_ok=True)
    made = Ledger(log, audit.checked)
    write_decisions(load_dataset(mongo_workspace, dataset_name(audit.name)), made)
    return made
