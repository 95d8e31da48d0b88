"""A preview shows what the version made from the same request holds."""

from pathlib import Path

import pytest

from curation.decisions.ledger import open_ledger
from curation.versions.make import make_version, preview_version
from curation.versions.request import VersionRequest
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from tests.helpers.curated_folder import add_verdicts, version
from tests.helpers.small_audit import small_audit


@pytest.mark.parametrize(
    "request_",
    [
        VersionRequest("v2", reviewer="ana"),
        VersionRequest("v2", parent="v1", drop_leaks=True, reviewer="ana"),
        VersionRequest("v2", shares={"train": 0.5, "test": 0.5}, seed=1, reviewer="ana"),
        VersionRequest("v2", auto_accept=0.9, reviewer="ana"),
    ],
)
def test_a_preview_shows_what_is_made(tmp_path: Path, request_: VersionRequest) -> None:
    workspace = Workspace(tmp_path)
    audit = small_audit(workspace, cams=0)
    add_verdicts(workspace)
    version(workspace)
    preview = preview_version(workspace, audit, open_ledger(workspace, "tiny"), request_)
    made = make_version(workspace, "tiny", request_)
    assert preview.counts == made.images.counts()
    assert preview.changed == made.images.changed_counts()
    assert preview.out == made.images.out_counts()
    assert list(preview.statements) == made.manifest["guard"]
    assert preview.below == made.manifest["auto"]["count"]
    assert preview.leaks == len(made.manifest["leaks"]["images"])


def test_a_request_without_sense_is_refused(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    audit = small_audit(workspace, cams=0)
    ledger = open_ledger(workspace, "tiny")
    for request_, sentence in (
        (VersionRequest("original"), "always there"),
        (VersionRequest("v1", auto_splits=("test",)), "refused for test"),
        (VersionRequest("v1", parent="v7"), "no version of the labels 'v7'"),
    ):
        with pytest.raises(ErrataError, match=sentence):
            preview_version(workspace, audit, ledger, request_)
