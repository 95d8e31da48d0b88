"""Every kind, verdict and number says what it means."""

from app.html_parts.bars import class_bar, quality_bar
from app.html_parts.labels import suspicion
from app.html_parts.tables import Figure, figures
from app.meanings import MEANINGS, meaning, purposes
from curation.decisions.verdicts import VERDICTS
from curation.results.audit import Audit
from curation.scoring.kinds import NAMES


def test_every_kind_and_every_verdict_has_a_meaning(audit: Audit) -> None:
    assert all(meaning(title) for title, _ in NAMES.values())
    assert {verdict.key: verdict.purpose for verdict in VERDICTS.values()}.items() <= purposes().items()
    told = " ".join(suspicion(audit, range(len(audit.rows))))
    assert 'title="Another class fits the image">wrong</b>' in told


def test_numbers_have_one_too() -> None:
    assert f'title="{MEANINGS["label quality"]}"' in quality_bar(0.5)
    assert f'title="{MEANINGS["probability"]}"' in class_bar("sea", 0.5)
    assert f'title="{MEANINGS["leaks"]}"' in figures([Figure(3, "leaks")])
    assert 'title="mine"' in figures([Figure(3, "leaks", "mine")])
    assert "title" not in figures([Figure(3, "no such word")])
