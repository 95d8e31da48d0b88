"""Drop in images: what every trained model says, where it looks, and the training images most like them."""

from pathlib import Path

import streamlit as st

from app.html_parts.assets import FORMS
from app.html_parts.markdown import code, plain, sentence
from app.panels.data_bar import audit_of, data_bar, open_screen
from app.panels.job import job_panel, log_expander
from app.pressed import pressed
from app.screens.predict.run import KEPT, prediction_folder, results_of, start_prediction
from app.screens.predict.view import result_html, summary
from app.state import workspace
from curation.results.audit import Audit
from curation.results.models import trained_models
from curation.training.uploads import MOST_FILES, MOST_MB, MOST_MEGAPIXELS, Upload
from models.errors import ErrataError


def screen() -> None:
    """Show the screen."""
    st.html(FORMS)
    st.html(Path(__file__).with_name("screen.css"))
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="screen-bar-predict"):
        chosen = data_bar()
    audit = audit_of(chosen, "The models of an audit, and those trained since, classify images of your own.")
    if audit is None:
        return
    models = trained_models(workspace(), audit.name)
    if not models:
        st.subheader("No trained model yet")
        st.write("The predictions for this data set were made elsewhere, so there is no network to ask.")
        st.button("Train one", type="primary", key="predict.train", on_click=open_screen, args=("train",))
        return
    _upload(audit, [model.name for model in models])
    name = st.query_params.get("prediction", "")
    if name:
        _result(audit, prediction_folder(workspace(), name))


def _upload(audit: Audit, models: list[str]) -> None:
    files = st.file_uploader(
        f"Images, at most {MOST_FILES} at a time, {MOST_MB} MB and {MOST_MEGAPIXELS} megapixels each",
        accept_multiple_files=True, max_upload_size=MOST_MB, key="predict.files",
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        asked = pressed(
            f"Ask {len(models)} models" if len(models) > 1 else f"Ask {plain(models[0])}", "predict.start",
            type="primary", disabled=not files, icon=":material/image_search:",
        )  # fmt: skip
        st.caption(f"The same in a terminal: {code(f'errata predict {audit.name} FILE … --csv F --json F')}")
    if asked:
        uploads = [Upload(file.name, file.getvalue()) for file in files]
        try:
            st.query_params["prediction"] = start_prediction(workspace(), audit.name, uploads)
        except ErrataError as error:
            st.error(sentence(error))
            return
        st.rerun()


def _result(audit: Audit, folder: Path) -> None:
    """Show the prediction in the address: its progress, why it failed, or its results."""
    job_state = job_panel(folder, "The prediction", "predict.job")
    if job_state.state == "none":
        st.info(f"That prediction is no longer kept: only the latest {KEPT} are. Drop the images in again.")
    if job_state.state == "failed":
        log_expander(job_state)
    results = results_of(folder) if job_state.state == "finished" else []
    if not results:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(summary(results), width="content")
        st.space("stretch")
        for kind, mime in (("csv", "text/csv"), ("json", "application/json")):
            st.download_button(
                kind.upper(), (folder / f"predictions.{kind}").read_bytes, f"predictions-{audit.name}.{kind}", mime,
                icon=":material/download:", key=f"predict.{kind}",
            )  # fmt: skip
    for result in results:
        st.html(result_html(result, audit.rows.root))


screen()
