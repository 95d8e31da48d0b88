"""What a screen shows where its address names a data set that does not exist: the nearest names."""

import difflib
from pathlib import PurePath

import streamlit as st

from app.html_parts.markdown import plain
from app.state import UnknownDatasetError, choose_dataset, dataset_names, workspace
from curation.datasets.opened import latest_dataset

MOST_OFFERED = 3


def nearest(chosen: str, names: dict[str, str]) -> list[str]:
    """Return the most similar of the data sets, at most `MOST_OFFERED`, the nearest first.

    Args:
        chosen: a mistyped name or path.
        names: data set -> what lists call it.
    """
    by_word: dict[str, str] = {}
    for source, shown in names.items():
        for word in (source, PurePath(source).name, shown.partition(" ")[0]):
            by_word.setdefault(word.lower(), source)
    wanted = (chosen.lower(), PurePath(chosen).name.lower())
    near = [word for text in wanted for word in difflib.get_close_matches(text, by_word, MOST_OFFERED, 0.5)]
    return list(dict.fromkeys(by_word[word] for word in near))[:MOST_OFFERED]


def unknown_dataset(error: UnknownDatasetError) -> None:
    """Say that there is no such data set, and offer the nearest ones, the latest, and the way to add another."""
    names = dataset_names(workspace(), error.chosen)
    names.pop(error.chosen, None)
    near = nearest(error.chosen, names)
    last = latest_dataset(workspace())
    st.subheader("No such data set")
    missing = f"There is no data set called **{plain(error.chosen)}**."
    st.write(plain(f"{error}.") if "/" in error.chosen else missing)
    with st.container(horizontal=True, gap="small", key="unknown-dataset"):
        for name in near:
            st.button(
                f"Open {plain(names[name])}", type="primary" if name == near[0] else "secondary",
                key=f"unknown.{name}", on_click=choose_dataset, args=(name,),
            )  # fmt: skip
        if last not in near and last in names:
            st.button(f"Back to {plain(names[last])}", key="unknown.last", on_click=choose_dataset, args=(last,))
        st.button("Add a data set", icon=":material/add:", key="unknown.add", on_click=_add)


def _add() -> None:
    st.query_params.pop("dataset", None)
    st.query_params["screen"] = "dataset"
    st.query_params["add"] = "yes"
