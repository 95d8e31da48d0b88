"""By what the points of a map are coloured."""

from dataclasses import replace

import numpy as np
import pytest

from curation.results.audit import Audit
from curation.results.map_groups import COLOURS, FINE, QUALITY, map_groups
from curation.scoring.kinds import Kinds
from curation.workspace.folders import Workspace
from tests.helpers.small_audit import CLASSES, CONFUSED, small_audit


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Audit:
    return small_audit(Workspace(tmp_path_factory.mktemp("home")), cams=0)


@pytest.mark.parametrize("by", COLOURS)
def test_every_image_is_in_one_group(audit: Audit, by: str) -> None:
    groups = map_groups(audit, audit.architectures[0], by)
    assert sorted(np.concatenate([group.rows for group in groups]).tolist()) == list(range(len(audit.rows)))


def test_labels_and_predictions(audit: Audit) -> None:
    given = map_groups(audit, audit.architectures[0], "label")
    assert [(group.name, group.place, len(group.rows)) for group in given] == [
        (name, i, 10) for i, name in enumerate(CLASSES)
    ]
    rows = {group.name: group.rows for group in map_groups(audit, audit.architectures[1], "prediction")}
    assert int(np.flatnonzero(audit.rows.image_ids == CONFUSED)[0]) in rows["forest"]


def test_splits_keep_their_colours(audit: Audit) -> None:
    assert [(group.name, group.place) for group in map_groups(audit, audit.architectures[0], "split")] == [
        ("train", 0),
        ("test", 2),
    ]


def test_the_suspicious_are_drawn_last(audit: Audit) -> None:
    (group,) = map_groups(audit, audit.architectures[0], QUALITY)
    values = audit.consensus.label_quality[group.rows]
    assert (np.diff(values) <= 0).all()
    assert group.rows[-1] == audit.suspects()[0]


def test_kinds_leave_grey_what_is_fine(audit: Audit) -> None:
    n = len(audit.rows)
    wrong, hard = np.zeros(n, np.float32), np.zeros(n, np.float32)
    wrong[[3, 4]], hard[7] = 0.9, 0.6
    nothing = np.zeros(n, np.float32)
    findings = replace(audit.findings, kinds=Kinds(wrong, nothing, nothing, hard))
    groups = map_groups(replace(audit, findings=findings), audit.architectures[0], "kind")
    assert [(group.name, group.place, len(group.rows)) for group in groups] == [
        (FINE, -1, n - 3),
        ("wrong", 2, 2),
        ("hard but right", 3, 1),
    ]
    assert groups[1].rows.tolist() == [3, 4]
