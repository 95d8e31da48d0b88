"""The form of a training: what to train, and how long that will take."""

from collections.abc import Mapping, Sequence

import streamlit as st

from app.commands.queue import job_request
from app.html_parts.markdown import command, sentence
from app.jobs.actions import enqueue
from app.jobs.train_plan import Plan, plan_retrain, plan_trainings
from app.jobs.variants import about_variant, variants
from app.pressed import pressed
from app.state import workspace
from curation.results.audit import Audit
from curation.words import duration
from curation.workspace.names import ORIGINAL, version_names
from models.errors import ErrataError
from models.training.recipes import RECIPES


def retrain_button(audit: Audit) -> None:
    """Show the button that retrains the frozen backbone on the newest version and opens the comparison."""
    newest = version_names(workspace(), audit.name)[-1]
    if newest == ORIGINAL:
        st.info("There is no curated version yet. Make one under Splits, then train here to see what it changes.")
        return
    plans = plan_retrain(workspace(), audit)
    st.button(
        "Retrain and compare", type="primary", icon=":material/bolt:", key="train.retrain",
        on_click=_retrain, args=(newest, plans),
    )  # fmt: skip
    if plans:
        st.caption(
            f"Trains {' and '.join(plan.title for plan in plans)}, three seeds each; takes {estimate_words(plans)}."
        )
    else:
        st.caption(f"The frozen backbone is trained on {newest} and on the labels as given: this opens the comparison.")


def _retrain(newest: str, plans: Sequence[Plan]) -> None:
    for plan in plans:
        _add(plan)
    st.query_params["screen"] = "compare"
    st.query_params["versions"] = f"{ORIGINAL},{newest}"


def train_form(audit: Audit) -> None:
    """Show the choices, the estimate and the button that adds the trainings to the queue."""
    known = version_names(workspace(), audit.name)
    labels = st.pills(
        "On the labels", known, selection_mode="multi", default=[known[-1]], key="train.versions",
        format_func=_labels_text,
    )  # fmt: skip
    architectures = st.multiselect(
        "Architectures", variants(), default=_first_architectures(audit), format_func=about_variant,
        key="train.architectures", accept_new_options=True, placeholder="the recipe's own",
        help="Any torchvision:NAME or timm:NAME can be typed.",
    )  # fmt: skip
    recipes = st.multiselect(
        "Recipes", list(RECIPES), key="train.recipes", placeholder="default settings",
        format_func=_recipe_text,
        help="How a network is trained. Each chosen architecture is trained by each chosen recipe.",
    )  # fmt: skip
    with st.container(horizontal=True):
        seeds = int(
            st.number_input(
                "Seeds", 1, 20, 1, key="train.seeds", help="How many trainings, for a mean and a standard deviation."
            )
        )
        settings = _settings()
    plans = plan_trainings(workspace(), audit, labels, architectures, recipes, seeds, settings)
    if not plans:
        st.info("Choose labels, and an architecture or a recipe.")
    if pressed(
        f"Add {len(plans)} trainings" if len(plans) > 1 else "Train", "train.start",
        type="primary", disabled=not plans, icon=":material/play_arrow:",
    ):  # fmt: skip
        for plan in plans:
            _add(plan)
        st.rerun()
    if plans:
        typed = command("errata", *plans[0].arguments)
        st.caption(f"Takes {estimate_words(plans)}. The same in a terminal: {typed}")


def _labels_text(version: str) -> str:
    return "as given" if version == ORIGINAL else version


def _recipe_text(name: str) -> str:
    return f"{name} · {RECIPES[name].summary}"


def _add(plan: Plan) -> None:
    try:
        enqueue(workspace(), job_request(workspace(), plan.arguments))
    except ErrataError as error:  # the others are still added
        st.toast(sentence(error), icon=":material/info:")


def _first_architectures(audit: Audit) -> list[str]:
    """Return the architectures of the audit: a retraining is compared with them."""
    known = variants()
    return [voter.name for voter in audit.voters if voter.name in known] or [known[0]]


def _settings() -> dict[str, int | float]:
    """Show the settings, and return those that replace the settings of the recipe."""
    with st.popover("Settings", icon=":material/tune:"):
        st.caption("Leave a field empty to use the recipe's own setting.")
        given: Mapping[str, float | None] = {
            "epochs": st.number_input("Epochs", 1, 1000, None, key="train.epochs"),
            "batch_size": st.number_input("Images a step", 2, 1024, None, key="train.batch"),
            "peak_lr": st.number_input("Highest learning rate", 1e-6, 10.0, None, format="%g", key="train.lr"),
            "max_train_images": st.number_input("At most so many images", 10, None, None, key="train.images"),
            "size": st.number_input("Side of the input, px", 16, 1024, None, key="train.size"),
        }
    return {name: value for name, value in given.items() if value is not None}


def estimate_words(plans: Sequence[Plan]) -> str:
    """Return how long trainings will take together, and where that estimate comes from."""
    seconds = sum(plan.estimate.seconds for plan in plans)
    measured = sum(plan.estimate.runs for plan in plans)
    rough = sum(not plan.estimate.runs for plan in plans)
    if not rough:
        how = f"by {measured} finished runs here"
    elif measured:
        how = f"{rough} of {len(plans)} by a rough table for two cores, the others by finished runs here"
    else:
        how = "by a rough table for two cores: none of these was trained here yet"
    return f"about {duration(seconds, rough=True)} ({how})"
