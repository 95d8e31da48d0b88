"""Choose a data set, audit it, and look at its most suspicious labels."""

from pathlib import Path

import streamlit as st
from markupsafe import Markup

from app.html_parts.assets import FORMS, TILES
from app.html_parts.markdown import sentence
from app.html_parts.tables import skipped_table
from app.jobs.process import JobState, watch
from app.panels.audit import audit_button, not_audited, progress_panel, waiting_job
from app.panels.bench import wrong_labels_in
from app.panels.data_bar import data_bar, open_screen, readable_audit
from app.panels.dataset.carry import carry_offer
from app.panels.dataset.near_classes import near_classes
from app.panels.fiftyone_link import fiftyone_link
from app.panels.first_list import first_list_note
from app.panels.job import open_page
from app.panels.judge_again import judge_again_button, judged_with
from app.panels.keys.sheet import key_sheet, leaving_keys, moving_keys
from app.panels.lists.judged import judged
from app.panels.queue import other_jobs
from app.screens.audit.figures import accuracy_table, counts
from app.screens.audit.image_panel import image_panel, neighbour_buttons
from app.screens.audit.suspects import filtered_suspects, suspect_table
from app.state import audit_name_of, chosen_row, workspace
from curation.database.names import ALL_VIEW, suspicious_view
from curation.datasets.catalog import DatasetSpec, load_catalog
from curation.datasets.finding import find_dataset, source_of
from curation.datasets.opening import FIFTYONE
from curation.results.audit import Audit
from curation.results.summary import read_results
from curation.workspace.names import ORIGINAL, audit_folder
from models.errors import ErrataError


def screen() -> None:
    """Show the screen."""
    st.html(FORMS)
    st.html(TILES)
    st.html(Path(__file__).with_name("screen.css"))
    bar = st.container(horizontal=True, vertical_alignment="center", gap="small", key="screen-bar-audit")
    with bar:
        st.html('<div class="er-brand">Errata<span>.</span></div>', width="content")
        chosen = data_bar()
    name = audit_name_of(chosen)
    folder = audit_folder(workspace(), name)
    job_state = watch(folder)
    audit = _audit(name)
    if audit is not None:
        with bar:
            _actions(audit, chosen, job_state)
    progress_panel(folder, job_state, _source(chosen, name) or chosen)
    other_jobs(folder)
    if audit is not None:
        _results(audit, _source(chosen, name))
        return
    idle = job_state.state in ("none", "finished") and not waiting_job(folder)
    if idle and not (folder / "results.json").exists():
        not_audited(chosen, folder, _spec(chosen))


def _audit(name: str) -> Audit | None:
    """Return the results so far; where the files do not fit together, say so and return None."""
    try:
        return readable_audit(name)
    except ErrataError as error:
        st.error(sentence(error))
        return None


def _source(chosen: str, name: str) -> str:
    """Return what `errata audit` is given: the path of a data set that was chosen by the name of its audit."""
    return chosen if chosen != name or chosen in load_catalog() else source_of(workspace(), name) or ""


def _spec(chosen: str) -> DatasetSpec | None:
    return None if chosen.startswith(FIFTYONE) else find_dataset(chosen, workspace())


def _actions(audit: Audit, chosen: str, job_state: JobState) -> None:
    split = st.session_state.get("split") or "test"
    fiftyone_link(audit, ALL_VIEW if split == "all" else suspicious_view(split))
    report = workspace().reports / audit.name / "report.html"
    if report.exists():
        if audit.config.get("version", ORIGINAL) == ORIGINAL:  # one report, with the verdicts since
            st.button(
                "Report", icon=":material/description:", key="audit.report", on_click=open_screen, args=("report",)
            )
        else:
            open_page(report, "Report", "audit")
    source = _source(chosen, audit.name)
    trained_here = all(architecture.name in audit.config["architectures"] for architecture in audit.architectures)
    if job_state.state == "finished" and source and trained_here and not waiting_job(audit.folder):
        audit_button(source, audit.folder, "Audit again")
        judge_again_button(source, audit)


def _results(audit: Audit, source: str) -> None:
    """Show the figures, the ranked table, and the selected image beside it.

    Args:
        audit: as far as it is.
        source: what `errata audit` is given; empty where that is gone.
    """
    title = read_results(audit.folder).title
    st.html(Markup('<div class="er-facts"><h2>{}</h2>{}</div>').format(title, counts(audit, wrong_labels_in(audit))))
    first_list_note(audit)
    carry_offer(audit)
    if source:
        near_classes(audit, source)
    if sentence := judged_with(audit):
        st.caption(sentence)
    if audit.in_sample:
        st.warning(
            "In-sample predictions: the model may have trained on the images it judges, so its scores flatter the "
            "given labels and wrong labels stay hidden. Predictions with folds are out-of-sample."
        )
    bar = st.container(horizontal=True, vertical_alignment="bottom", key="filters")
    with bar:
        verdicts = judged(audit)
        rows = filtered_suspects(audit, verdicts)
    chosen = chosen_row(audit)
    selected = chosen if chosen is not None else (rows[0] if rows else None)
    left, right = st.columns([10, 13], gap="medium")
    with left:
        suspect_table(audit, rows, selected, verdicts)
        st.html(accuracy_table(audit))
        _told(audit)
    if selected is not None:
        with bar:
            neighbour_buttons(audit, rows, selected)
        key_sheet([("On and back", [*moving_keys("back", "next"), *leaving_keys()])])
        with right:
            image_panel(audit, selected, verdicts.of(str(audit.rows.image_ids[selected])))
    if audit.checked.skipped:
        with st.expander(f"{len(audit.checked.skipped)} skipped files"):
            st.html(skipped_table(audit))


def _told(audit: Audit) -> None:
    """Say why these architectures vote, where the audit chose them, and what it offers to add."""
    if choices := audit.config.get("choices"):
        st.caption("\n".join(f"- {sentence(choice)}" for choice in choices))
    if offer := audit.config.get("offer"):
        st.info(sentence(f"{offer[0].upper()}{offer[1:]}."), icon=":material/lightbulb:")


screen()
