"""The form of trainings: how long they take, in words."""

from app.jobs.train_plan import Plan
from app.screens.train.form import estimate_words
from curation.training.estimate import Estimate


def test_estimates_in_words() -> None:
    def plan(seconds: float, runs: int) -> Plan:
        return Plan((), "", Estimate(seconds, runs))

    assert (
        estimate_words([plan(60, 0)])
        == "about 60 s (by a rough table for two cores: none of these was trained here yet)"
    )
    assert estimate_words([plan(60, 2), plan(60, 1)]) == "about 2 min (by 3 finished runs here)"
    assert "1 of 2 by a rough table" in estimate_words([plan(60, 2), plan(60, 0)])
