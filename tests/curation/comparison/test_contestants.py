"""Who is compared: seeds together, names, and what is asked for."""

from pathlib import Path

import pytest

from curation.comparison.contestants import choose_contestants
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from tests.helpers.compared_runs import NAME, STRONG, STRONG_V1, WEAK, trained_run


def chosen(workspace: Workspace, *wanted: str) -> list[tuple[str, int]]:
    """Return the names of those compared and how many seeds they have."""
    return [(contestant.name, len(contestant.runs)) for contestant in choose_contestants(workspace, NAME, wanted)]


def test_all_by_method_those_trained_as_given_first(workspace: Workspace) -> None:
    contestants = choose_contestants(workspace, NAME)
    assert [(contestant.name, contestant.method, contestant.trained) for contestant in contestants] == [
        (STRONG, "scenes-lite0-frozen", "original"),
        (STRONG_V1, "scenes-lite0-frozen", "v1"),
        (WEAK, "scenes-simple", "original"),
    ]
    assert [run.seed for run in contestants[0].runs] == [0, 1]
    assert [contestant.title for contestant in contestants] == [
        "scenes-lite0-frozen",
        "scenes-lite0-frozen, trained on v1",
        "scenes-simple",
    ]
    assert contestants[0].families == {"efficientnet_lite0"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("scenes-lite0-frozen", [(STRONG, 2), (STRONG_V1, 1)]),
        ("efficientnet_lite0", [(STRONG, 2), (STRONG_V1, 1)]),
        ("efficientnet_lite0@frozen", [(STRONG, 2), (STRONG_V1, 1)]),
        ("simple_cnn@scratch", [(WEAK, 1)]),
        (STRONG, [(STRONG, 2)]),
        (f"{STRONG}-s1", [(STRONG, 1)]),
    ],
)
def test_every_name_that_is_known(workspace: Workspace, name: str, expected: list[tuple[str, int]]) -> None:
    assert chosen(workspace, name) == expected


def test_several_names_are_added_up(workspace: Workspace) -> None:
    assert chosen(workspace, f"{STRONG}-s1", WEAK) == [(STRONG, 1), (WEAK, 1)]
    assert chosen(workspace, f"{STRONG}-s1", f"{STRONG}-s0") == [(STRONG, 2)]


def test_unknown_name(workspace: Workspace) -> None:
    with pytest.raises(ErrataError, match="did you mean 'scenes-simple'"):
        choose_contestants(workspace, NAME, ("scenes-simpel",))


def test_no_training(tmp_path: Path) -> None:
    with pytest.raises(ErrataError, match="no finished training of 'tiny' to compare; run `errata train tiny"):
        choose_contestants(Workspace(tmp_path), NAME)


def test_settings_tell_methods_of_one_recipe_apart(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    trained_run(workspace, "tiny-a-1", 0, {})
    trained_run(workspace, "tiny-b-2", 0, {}, config={"epochs": 8, "peak_lr": 0.1})
    trained_run(workspace, "tiny-c-3", 0, {}, recipe="ensemble", members={"b": "run-b", "a": "run-a"})
    methods = {contestant.name: contestant.method for contestant in choose_contestants(workspace, NAME)}
    assert methods == {
        "tiny-a-1": "scenes-lite0-frozen, epochs 3, peak lr None",
        "tiny-b-2": "scenes-lite0-frozen, epochs 8, peak lr 0.1",
        "tiny-c-3": "ensemble",
    }
    ensemble = choose_contestants(workspace, NAME, ("ensemble",))[0]
    assert ensemble.families == {"a", "b"}


def test_the_newest_of_trainings_that_only_the_data_tell_apart(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    trained_run(workspace, "tiny-old-1", 0, {}, rows_key="1" * 16)
    trained_run(workspace, "tiny-new-2", 0, {}, rows_key="2" * 16)
    assert chosen(workspace) == [("tiny-new-2", 1)]
    both = choose_contestants(workspace, NAME, ("tiny-old-1", "tiny-new-2"))
    assert len({contestant.title for contestant in both}) == 2  # asked for by name: both, told apart
