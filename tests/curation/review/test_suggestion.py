"""What is suggested for an image, by the models and by the verdicts so far."""

from dataclasses import replace

import numpy as np
import pytest

from curation.decisions.decision import Decision
from curation.decisions.ledger import open_ledger
from curation.review.bench import Bench
from curation.review.suggestion import suggestion
from curation.workspace.folders import Workspace
from tests.helpers.small_audit import frozen_audit

STREETS = [f"train/street/{place}.png" for place in (0, 2, 3)]
NEXT = "train/street/4.png"


@pytest.fixture
def bench(workspace: Workspace) -> Bench:
    return Bench(frozen_audit(workspace), open_ledger(workspace, "tiny"))


def test_until_the_learned_order_is_believed_the_models_speak(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.ledger.decide(*(Decision("ana", name, "relabel", ("sea",)) for name in STREETS))
    row, (sea, _, street) = bench.row_of[NEXT], range(3)
    learned = bench.learning.now()
    models = bench.audit.findings.probs[row]
    for learns, belief in ((False, 0.9), (True, 0.4)):
        monkeypatch.setattr(bench.learning, "latest", lambda belief=belief: replace(learned, belief=belief))
        says = suggestion(bench, row, learns)
        assert (says.label, says.other) == (street, bench.audit.alternatives()[row])
        np.testing.assert_array_equal(says.probs, models)
    monkeypatch.setattr(bench.learning, "latest", lambda: replace(learned, belief=0.9))
    says = suggestion(bench, row, learns=True)
    assert (says.label, says.other) == (sea, sea)
    assert says.probs.sum() == pytest.approx(1)
    assert says.probs[sea] > models[sea]
    assert not says.no_class


def test_pictures_of_no_class(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.ledger.decide(*(Decision("ana", name, "none-of-these") for name in STREETS))
    learned = replace(bench.learning.now(), belief=0.95)
    monkeypatch.setattr(bench.learning, "latest", lambda: learned)
    assert suggestion(bench, bench.row_of[NEXT], learns=True).no_class
    assert not suggestion(bench, bench.row_of[NEXT], learns=False).no_class
    assert not suggestion(bench, bench.row_of["train/forest/1.png"], learns=True).no_class


def test_two_classes(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = replace(bench.audit.rows, classes=("sea", "forest"), labels=np.minimum(bench.audit.rows.labels, 1))
    probs = np.stack([np.linspace(0.1, 0.9, len(rows)), np.linspace(0.9, 0.1, len(rows))], 1).astype(np.float32)
    findings = replace(bench.audit.findings, probs=probs)
    audit = replace(bench.audit, findings=findings, checked=replace(bench.audit.checked, rows=rows))
    monkeypatch.setattr(bench, "audit", audit)
    for row in range(len(rows)):
        says = suggestion(bench, row, learns=False)
        assert says.other == 1 - rows.labels[row]
        assert says.label == int(probs[row].argmax())
