"""The audit of a data set: starting it, watching it, and what to do where it went wrong."""

import time
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from app.audit_steps import Step, audit_steps
from app.background import Progress, cancel, start, watch
from curation.catalog import DatasetSpec
from models.files import read_json

POLL_S = 1.0
_OPTIONS = {  # of `errata audit` -> in config.json
    "--architectures": "architectures",
    "--folds": "folds",
    "--seed": "seed",
    "--cams": "cams_per_split",
    "--engine": "engine",
    "--version": "version",
    "--predictions": "predictions",
}


def audit_button(name: str, folder: Path, label: str, primary: bool = False) -> None:
    """Show the button that starts the audit of a data set."""
    if st.button(label, type="primary" if primary else "secondary", icon=":material/play_arrow:", key="audit.start"):
        start(folder, ["audit", name, *_options(folder)])
        st.rerun()


def _options(folder: Path) -> list[str]:
    """Return the options of the last audit, so that another one is of the same kind; none where there was none."""
    path = folder / "config.json"
    config = read_json(path) if path.exists() else {}
    given = [(option, config[key]) for option, key in _OPTIONS.items() if config.get(key, "") != ""]
    return [
        text for option, value in given for text in (option, ",".join(value) if isinstance(value, list) else f"{value}")
    ]


def not_audited(name: str, folder: Path, spec: DatasetSpec | None) -> None:
    """Say what an audit will do, or what has to be done before."""
    st.subheader("Not audited yet")
    if spec and not spec.embedded and not spec.root.is_dir():
        st.info(
            f"The images of **{spec.title}** are not at `{spec.root}`. Run `errata fetch {spec.name}`, which gets them "
            "or says where to get them, or set ERRATA_DATA to the folder that holds them and start the app again."
        )
        return
    st.write(
        "An audit trains models on parts of the images and lets each one judge the images it has **not** seen. "
        "The labels that fit worst come first, with the places in the picture that speak for the given and for the "
        "suggested label."
    )
    audit_button(name, folder, "Start the audit", primary=True)
    st.caption(f"A few minutes on two cores for some thousand images. The same in a terminal: `errata audit {name}`")


def progress_panel(folder: Path, progress: Progress, name: str) -> None:
    """Show the running audit, looked at again every second; or how the last one ended where it did not finish."""
    if progress.active:
        st.fragment(_running, run_every=POLL_S)(folder)
    elif progress.state in ("failed", "cancelled", "interrupted"):
        _ended(folder, progress, name)


def _running(folder: Path) -> None:
    progress = watch(folder)
    if not progress.active:
        st.rerun(scope="app")
    steps = audit_steps(folder, progress)
    now = next((step.name for step in steps if step.state == "now"), "Starting")
    minutes, seconds = divmod(int(time.time() - progress.started), 60)
    with st.container(border=True, key="audit-progress"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            st.markdown(f"**Audit running** for {minutes}:{seconds:02d} min. It goes on when this page is closed.")
            if st.button("Cancel", icon=":material/stop:", key="audit.cancel"):
                cancel(folder)
                st.rerun(scope="app")
        share = progress.done / progress.total if progress.total else 0.0
        figures = f": {progress.done:,} of {progress.total:,}" if progress.total > 1 else " …"
        st.progress(min(1.0, share), text=f"{now}{figures}")
        st.html(_step_list(steps))


def _step_list(steps: tuple[Step, ...]) -> str:
    marks = {"done": "✓", "now": "●", "waiting": "○"}
    items = "".join(
        f'<li class="er-{step.state}"><span>{marks[step.state]}</span> {step.name}'
        f"{f' <small>{step.seconds:.0f} s</small>' if step.seconds >= 1 else ''}</li>"
        for step in steps
    )
    return f'<ol class="er-steps">{items}</ol>'


def _ended(folder: Path, progress: Progress, name: str) -> None:
    texts: dict[str, tuple[Callable[[str], object], str]] = {
        "failed": (st.error, f"The last audit failed: {progress.error}"),
        "cancelled": (st.warning, "The last audit was cancelled. What it finished is kept."),
        "interrupted": (st.warning, "The last audit was interrupted: its process is gone. What it finished is kept."),
    }
    show, text = texts[progress.state]
    show(text)
    if progress.log:
        with st.expander("Last lines of its log"):
            st.code("\n".join(progress.log), language=None)
    audit_button(name, folder, "Go on where it was", primary=True)
