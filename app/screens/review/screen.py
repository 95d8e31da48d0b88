"""Judge one label after the other with a key each, many of one confusion at once, or in FiftyOne."""

import logging
from pathlib import Path

import streamlit as st

from app.jobs.process import watch
from app.panels.audit import progress_panel
from app.panels.bench import bench
from app.panels.data_bar import data_bar, nothing_yet
from app.panels.reviewer_name import ask_name, reviewer
from app.screens.review.choices import FIFTYONE, GRID, choices
from app.screens.review.grid import grid
from app.screens.review.in_fiftyone import in_fiftyone
from app.screens.review.keys import undo_keys, verdict_keys
from app.screens.review.look import evidence, image_panel, preload, progress, warm
from app.screens.review.sitting import Sitting, next_looks, said, show
from app.state import audit_name_of, workspace
from curation.review.bench import Bench
from curation.workspace.names import audit_folder
from models.errors import ErrataError


def screen() -> None:
    """Show the screen."""
    st.html(Path(__file__).with_name("screen.css"))
    st.html(_NO_REPEATS, unsafe_allow_javascript=True)
    bar = st.container(horizontal=True, vertical_alignment="center", gap="small", key="review-bar")
    with bar:
        chosen = data_bar()
    name = audit_name_of(chosen)
    own = _bench(name)
    if own is None:
        _not_audited(chosen, name)
        return
    who = reviewer()
    if not who:
        st.subheader("Who is reviewing?")
        ask_name("review.name")
        return
    with bar:
        sitting, how = choices(own, who)
    if how == FIFTYONE:
        in_fiftyone(sitting)
    else:
        st.fragment(_fragment)(sitting, how == GRID)


def _bench(name: str) -> Bench | None:
    """Return what is to be reviewed; files that do not fit together are no error while an audit writes them."""
    try:
        return bench(workspace(), name)
    except ErrataError:
        if not watch(audit_folder(workspace(), name)).active:
            raise
        return None


def _fragment(sitting: Sitting, many: bool) -> None:
    """Show the next image, or images; a key runs this again and nothing else."""
    try:
        if _bench(sitting.bench.audit.name) is not sitting.bench:
            st.rerun(scope="app")  # audited again meanwhile
        (grid if many else _queue)(sitting)
    except ErrataError as error:  # the screen's own handler is not there when a fragment runs alone
        logging.getLogger("errata").info("", exc_info=True)
        st.error(str(error))


def _queue(sitting: Sitting) -> None:
    looks = next_looks(sitting, 2)
    if sentence := said():
        st.warning(sentence)
    if not looks:
        st.success("Everything in this queue is judged. Choose another split or order above.")
        st.html(progress(sitting))
        undo_keys(sitting)
        return
    look = looks[0]
    left, right = st.columns([2, 1] if sitting.blind else 2, gap="medium")
    with left, st.container(key="review-blind" if sitting.blind else "review-left"):
        image_panel(look)
        verdict_keys(look)
        show(look)
        undo_keys(sitting)
        below = st.container()
    with right, st.container(key=f"review-evidence-{min(3, len(sitting.bench.audit.architectures))}"):
        evidence(look)
    with below:
        st.html(progress(sitting))
        for later in looks[1:]:
            st.html(preload(later))
            warm(later)


def _not_audited(chosen: str, name: str) -> None:
    """Say what has to be done before there is anything to review."""
    folder = audit_folder(workspace(), name)
    progress_panel(folder, watch(folder), chosen)
    if watch(folder).active:
        st.caption("The review opens when the audit is finished.")
        return
    purpose = "An audit ranks the labels by how little they fit; the review then goes through them, worst first."
    nothing_yet(chosen, "Nothing to review yet", purpose)


# A key that is held down is one key: its repetitions would judge images that nobody has seen.
_NO_REPEATS = """<script>
if (!window.errataNoRepeats) {
  window.errataNoRepeats = true;
  const quiet = event => {
    if (event.repeat && !/INPUT|TEXTAREA|SELECT/.test(event.target.tagName)) event.stopImmediatePropagation();
  };
  window.addEventListener("keydown", quiet, true);
}
</script>"""

screen()
