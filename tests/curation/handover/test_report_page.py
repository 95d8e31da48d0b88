"""The page of the shared report: no name becomes HTML."""

from curation.comparison.pages.image_rows import Pictures
from curation.handover.report_figures import share_figures
from curation.handover.report_page import share_page
from curation.reports.pictures import SuspectPictures
from curation.workspace.folders import Workspace
from tests.helpers.curated_folder import add_verdicts, version
from tests.helpers.html_page import EVIL, Page
from tests.helpers.small_audit import small_audit


def test_no_name_becomes_html(workspace: Workspace) -> None:
    audit = small_audit(workspace, cams=0)
    add_verdicts(workspace)
    version(workspace)
    figures, _ = share_figures(workspace, audit)
    figures["dataset"].update(title=f"title {EVIL}", licence=f"licence {EVIL}")
    figures["decisions"]["reviewers"] = {f"reviewer {EVIL}": figures["decisions"]["all"]}
    figures["versions"][1].update(reviewer=f"maker {EVIL}", statements=[f"statement {EVIL}"])
    figures["no_comparison"] = f"reason {EVIL}"
    page = Page(share_page(figures, "", lambda _: SuspectPictures(None, {}), lambda _: None, Pictures()))
    assert page.open == []  # every tag is closed
    assert "script" not in page.tags
    for name in ("title", "licence", "reviewer", "maker", "statement", "reason"):
        assert f"{name} {EVIL}" in page.text
