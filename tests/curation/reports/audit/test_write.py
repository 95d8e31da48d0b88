"""The files of an audit's report."""

from pathlib import Path

import pytest

from curation.reports.audit.write import write_report
from models.errors import ErrataError
from tests.helpers.reported_audit import WRONG, make_audit, spec_of


def test_an_unwritable_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    audit = make_audit(tmp_path)
    with pytest.raises(ErrataError, match="cannot write"):
        write_report(audit, spec_of(audit), tmp_path / "file" / "report", WRONG)
