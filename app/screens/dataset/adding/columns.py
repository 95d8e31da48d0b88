"""The columns of a table of labels, chosen where their names do not tell which is which."""

import streamlit as st

from app.html_parts.markdown import sentence
from app.state import workspace
from curation.datasets.catalog import DatasetSpec
from curation.datasets.opening import choose_columns
from curation.datasets.tables.columns import ROLES
from curation.datasets.tables.reading import header_of
from models.errors import ErrataError

_BY_NAME = "by its name"
_TITLES = {"filepath": "Path of the image", "label": "Label", "split": "Split"}
_KEY = "dataset.column-{}-{}"  # role, data set: what was chosen for one table says nothing of another
_REFUSED = "dataset.columns-refused"


def column_choice(path: str, spec: DatasetSpec, refusal: str) -> None:
    """Show which column of a table holds what, to be changed; nothing for data sets that are no table.

    Args:
        path: as it was typed or chosen.
        spec: the data set at that path.
        refusal: why its audit would fail; open from the beginning where that is for its columns.
    """
    if spec.layout != "csv" or spec.packed:
        return
    try:
        names = [name or str(number) for number, name in enumerate(header_of(spec.root / spec.labels_csv), 1)]
    except ErrataError:  # the look says what is wrong
        return
    chosen = dict(spec.columns)
    with st.expander("Which column holds what", expanded="--columns" in refusal):
        for place, role in zip(st.columns(len(ROLES)), ROLES, strict=True):
            before = chosen.get(role, _BY_NAME)
            options = list(dict.fromkeys([_BY_NAME, *names, before]))
            place.selectbox(_TITLES[role], options, index=options.index(before), key=_KEY.format(role, spec.name))
        st.button("Read it so", key="dataset.columns", on_click=_keep, args=(path, spec.name))
        if refused := st.session_state.pop(_REFUSED, ""):
            st.error(f"{sentence(refused)}.")


def _keep(path: str, name: str) -> None:
    named = {role: str(st.session_state[_KEY.format(role, name)]) for role in ROLES}
    try:
        choose_columns(path, {role: name for role, name in named.items() if name != _BY_NAME}, workspace())
    except ErrataError as error:
        st.session_state[_REFUSED] = str(error)
