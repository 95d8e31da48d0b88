"""report.html: one page that needs nothing but itself."""

from typing import Any

from curation.report.accuracy import accuracy_section, confusion_section, curves_section
from curation.report.cards import SuspectPicturesOf, suspects_section
from curation.report.duplicates import TwinPictureOf, duplicates_section
from curation.report.html import text
from curation.report.notes import notes_section, skipped_section, stages_section
from curation.report.overview import overview_section, truth_section

# Nothing is loaded and no script runs, whatever a file name may say.
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_NAVIGATION = {
    "overview": "Overview",
    "truth": "Known truth",
    "accuracy": "Accuracy",
    "confusion": "Confusion",
    "curves": "Learning curves",
    "suspects": "Suspicious images",
    "duplicates": "Duplicates",
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
        twins: row -> small picture of a duplicate.
    """
    sections = {
        "overview": overview_section(figures),
        "truth": truth_section(figures),
        "accuracy": accuracy_section(figures),
        "confusion": confusion_section(figures),
        "curves": curves_section(figures),
        "suspects": suspects_section(figures, pictures),
        "duplicates": duplicates_section(figures, twins),
        "skipped": skipped_section(figures),
        "stages": stages_section(figures),
        "notes": notes_section(figures),
    }
    links = "".join(f'<a href="#{key}">{_NAVIGATION[key]}</a>' for key, part in sections.items() if part)
    title = text(figures["dataset"]["title"])
    about = f"data set <b>{text(figures['dataset']['name'])}</b> · labels as given · written {figures['written'][:10]}"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{title} | label audit</title><style>{style}</style></head><body>"
        f"<header><p class=brand>Errata · label audit</p><h1>{title}</h1><p class=meta>{about}</p></header>"
        f"<nav>{links}</nav><main>{''.join(sections.values())}</main></body></html>\n"
    )
