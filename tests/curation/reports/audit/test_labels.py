"""The most suspicious images of a report."""

from pathlib import Path

import numpy as np

from curation.scoring.kinds import NAMES
from curation.scoring.scores import self_confidence
from tests.helpers.reported_audit import CLASSES, FIRST, make_audit, probs_of, written


def test_suspects_in_order_with_the_opinion_of_each_architecture(tmp_path: Path) -> None:
    audit = make_audit(tmp_path)
    figures, _ = written(audit, tmp_path / "report")
    assert [suspect["row"] for suspect in figures["suspects"]["test"]] == [1, 3, 2, 0]
    assert [suspect["rank"] for suspect in figures["suspects"]["test"]] == [1, 2, 3, 4]
    first, third = figures["suspects"]["test"][0], figures["suspects"]["test"][2]
    assert (first["label"], first["suggested_label"], first["alternative"]) == (CLASSES[0], CLASSES[1], CLASSES[1])
    assert (first["label_quality"], first["confidence"]) == (0.2, 0.8)
    opinion = {"prediction": CLASSES[1], "confidence": 0.8, "label_probability": 0.2, "alternative_probability": 0.8}
    assert first["architectures"]["net"] == opinion
    assert (third["suggested_label"], third["alternative"]) == (CLASSES[1], CLASSES[0])  # given 1, and 1 fits best
    assert np.allclose(audit.consensus.label_quality, self_confidence(audit.rows.labels, probs_of(FIRST)))


def test_every_kind_of_trouble_is_counted(tmp_path: Path) -> None:
    figures, _ = written(make_audit(tmp_path), tmp_path / "report")
    assert figures["trouble"]["kinds"].keys() == {title for title, _ in NAMES.values()}
