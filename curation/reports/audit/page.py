"""report.html: the sections of an audit's report in their order."""

from typing import Any

from curation.reports.audit.accuracy import accuracy_section, confusion_section, curves_section
from curation.reports.audit.cards import SuspectPicturesOf, suspects_section
from curation.reports.audit.duplicates import TwinPictureOf, duplicates_section
from curation.reports.audit.notes import notes_section, skipped_section, stages_section
from curation.reports.audit.overview import overview_section, truth_section
from curation.reports.audit.problems import problems_section
from curation.reports.audit.trouble import trouble_section
from curation.reports.frame import framed
from curation.reports.html import text

_NAVIGATION = {
    "overview": "Overview",
    "truth": "Known truth",
    "accuracy": "Accuracy",
    "confusion": "Confusion",
    "curves": "Learning curves",
    "trouble": "Labels",
    "suspects": "Suspicious images",
    "duplicates": "Duplicates",
    "problems": "Image problems",
    "skipped": "Skipped files",
    "stages": "Time and memory",
    "notes": "Method",
}


def report_page(figures: dict[str, Any], style: str, pictures: SuspectPicturesOf, twins: TwinPictureOf) -> str:
    """Return the whole page.

    Args:
        figures: as `report_figures` returns them.
        style: the style sheet.
        pictures: row -> picture and overlays of a suspicious image.
        twins: row -> small picture, of a duplicate or of an image with a problem.
    """
    sections = {
        "overview": overview_section(figures),
        "truth": truth_section(figures),
        "accuracy": accuracy_section(figures),
        "confusion": confusion_section(figures),
        "curves": curves_section(figures),
        "trouble": trouble_section(figures),
        "suspects": suspects_section(figures, pictures),
        "duplicates": duplicates_section(figures, twins),
        "problems": problems_section(figures, twins),
        "skipped": skipped_section(figures),
        "stages": stages_section(figures),
        "notes": notes_section(figures),
    }
    about = f"data set <b>{text(figures['dataset']['name'])}</b> · labels as given · written {figures['written'][:10]}"
    return framed(figures["dataset"]["title"], "label audit", about, sections, _NAVIGATION, style)
