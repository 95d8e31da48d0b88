"""An audit that chooses its voters: what is chosen, what is left out, and what a second one repeats."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from curation.audit import fine_tuning, judging, voters
from curation.audit.choices import CANDIDATES, FINETUNED, FROZEN, SMALL, Choice
from curation.audit.config import AUTO, AuditConfig
from curation.audit.fine_tuning import More, more_than_named
from curation.audit.run import run_audit
from curation.audit.voters import Budget, Voters, pooled_loss
from curation.datasets.opening import open_dataset
from curation.results.audit import Audit, load_audit
from curation.scoring.findings import Findings, judge_labels
from curation.workspace.folders import Workspace
from curation.workspace.stages import Stages
from models.arrays import FloatArray
from models.errors import ErrataError
from models.files.runs import Run
from models.training.config import TrainConfig
from models.training.recipes import OUT_OF_FOLD
from tests.helpers.drawn_folder import draw_folder


class Case:
    """Voters whose trainings are names alone; each would take ten seconds."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.left_s, self.calls = 1000.0, list[str]()
        self.material: Any = SimpleNamespace(dataset="few", prepared=SimpleNamespace())
        self.problem: Any = SimpleNamespace(labels=np.zeros(8, np.int64), fold=np.arange(8) % 2)

    @property
    def stages(self) -> Stages:
        return Stages(Run(self.folder))

    def choose(self, minutes: float = 15.0) -> Voters:
        chosen = Voters(self.problem, self.material, self.stages, Budget(minutes, 8, 0))
        for name in CANDIDATES:
            chosen.consider(name)
        return chosen

    def more(self, *names: str) -> More:
        trained = {name: f"run-{name}" for name in names}
        return more_than_named(AuditConfig(names), trained, self.problem, self.material, self.stages)


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Case:
    made = Case(tmp_path / "audit-few")

    def estimate(models: Any) -> float:
        made.calls.append(f"estimate {models.name}")
        return 10.0

    def train(name: str, *_: object) -> str:
        made.calls.append(f"train {name}")
        return f"run-{name}"

    def models(name: str, *_: object) -> SimpleNamespace:
        return SimpleNamespace(name=name, folder=tmp_path / f"run-{name}")

    for module in (voters, fine_tuning):
        monkeypatch.setattr(module, "fold_models", models)
        monkeypatch.setattr(module, "estimated_seconds", estimate)
    monkeypatch.setattr(voters, "train_out_of_fold", train)
    monkeypatch.setattr(voters, "missing_weights", lambda _: "")
    monkeypatch.setattr(Voters, "_probed", lambda *_: Choice(FINETUNED, True, "it helps"))
    monkeypatch.setattr(Budget, "left_s", property(lambda _: made.left_s))
    return made


def test_all_vote_where_there_is_time_and_a_second_audit_asks_nothing(case: Case) -> None:
    first = case.choose()
    assert list(first.runs) == list(CANDIDATES)
    assert [choice.line.split(":")[0] for choice in first.choices] == [f"{name} votes" for name in CANDIDATES]
    case.calls.clear()
    again = case.choose()
    assert again.choices == first.choices
    assert case.calls == [f"train {name}" for name in CANDIDATES]  # of which each finds its run folder


def test_another_budget_asks_again(case: Case) -> None:
    case.left_s = 0
    assert list(case.choose(0.5).runs) == [FROZEN]
    case.left_s = 1000
    assert list(case.choose(0.5).runs) == [FROZEN]
    assert list(case.choose(20).runs) == list(CANDIDATES)


def test_time_that_is_over_leaves_one_voter_and_says_so(case: Case) -> None:
    case.left_s = -3
    chosen = case.choose(0.5)
    assert list(chosen.runs) == [FROZEN]
    reason = "it would take about 10 s, and nothing of --minutes 0.5 is left"
    assert [choice.reason for choice in chosen.choices[1:]] == [reason] * 4


def test_a_network_that_hardly_helps_is_left_out(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Voters, "_probed", lambda *_: Choice(FINETUNED, False, "it hardly helps"))
    chosen = case.choose()
    assert list(chosen.runs) == [name for name in CANDIDATES if name != FINETUNED]
    assert chosen.choices[2].line == f"{FINETUNED} is left out: it hardly helps"


def test_without_weights_it_says_so_and_goes_on(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        return "" if name == SMALL else f"the weights of {name} are not installed"

    monkeypatch.setattr(voters, "missing_weights", missing)
    case.left_s = -1  # the only voter that can be had votes all the same
    chosen = case.choose()
    assert list(chosen.runs) == [SMALL]
    assert chosen.choices[0].line == f"{FROZEN} is left out: the weights of {FROZEN} are not installed"


def test_the_budget_counts_from_the_start_and_keeps_time_for_the_end() -> None:
    budget = Budget(15, 1000, 0.0)  # began in 1970
    assert budget.left_s < 0
    assert Budget(15, 1000, 1e12).left_s > 0


def test_the_pooled_loss_is_that_of_the_best_weights() -> None:
    labels = np.array([0, 1, 0, 1])
    right: FloatArray = np.array([[0.9, 0.1], [0.1, 0.9], [0.9, 0.1], [0.1, 0.9]], np.float32)
    guess: FloatArray = np.full((4, 2), 0.5, np.float32)
    assert pooled_loss([guess], labels) == pytest.approx(np.log(2), abs=1e-6)
    assert pooled_loss([guess, right], labels) < 0.01  # all four are right: a large weight is best


# --- named architectures -------------------------------------------------------------------------------------------


def losses(monkeypatch: pytest.MonkeyPatch, with_small: float) -> None:
    monkeypatch.setattr(fine_tuning, "_losses", lambda *_: (1.0, with_small))


def test_weak_features_are_an_offer_in_one_sentence_asked_once(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    losses(monkeypatch, 0.9)
    more = case.more(FROZEN, SMALL)
    assert more.offer == (
        "frozen features are weak here (a small network takes 10% off their log loss): "
        "`errata audit few --architectures auto` adds a fine-tuned network, about 10 s"
    )
    assert not more.runs
    assert case.more(FROZEN, SMALL) == more
    assert case.calls == [f"estimate {FINETUNED}"]


def test_good_features_or_a_fine_tuned_network_are_offered_nothing(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    losses(monkeypatch, 0.97)
    assert case.more(FROZEN, SMALL) == More()
    losses(monkeypatch, 0.5)
    assert case.more(FROZEN) == case.more(SMALL) == case.more(FROZEN, SMALL, "resnet18@finetuned") == More()


def test_on_a_gpu_it_is_done_unless_the_architectures_are_others(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    losses(monkeypatch, 0.9)
    monkeypatch.setattr(fine_tuning, "_on_gpu", lambda: True)
    more = case.more(FROZEN, SMALL)
    assert more.runs == {FINETUNED: f"run-{FINETUNED}"}
    assert [choice.line for choice in more.choices] == [f"{FINETUNED} votes: it helps"]
    assert not more.offer
    assert case.more(FROZEN, SMALL, "cnn3").offer


def test_the_offer_for_a_version_names_it() -> None:
    command = cast(Any, fine_tuning)._command
    assert command("few-v1", "v1") == "errata audit few --version v1"
    assert command("few", "original") == "errata audit few"


# --- with networks ------------------------------------------------------------------------------------------------


@pytest.mark.timeout(900)  # on a busy machine; it trains four networks
def test_a_whole_audit_with_auto_and_a_second_one_that_computes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without FiftyOne, UMAP and the judge of embeddings, which other tests have; one epoch of each network."""
    monkeypatch.setattr("curation.in_fiftyone.write_audit.write_audit", lambda *_: None)
    monkeypatch.setattr("curation.audit.projection.project", lambda embeddings, _: embeddings[:, :2].copy())

    def judge(*given: Any) -> Findings:
        labels, n_classes, learn, groups, opinions, *_ = given
        return judge_labels(labels, n_classes, learn, groups, opinions, {})

    for module in (judging, voters):
        monkeypatch.setattr(module, "judge_labels", judge)
    monkeypatch.setattr("curation.audit.predicting.CANDIDATES", (FROZEN, SMALL, FINETUNED))
    monkeypatch.setattr("curation.audit.choices.GAIN_FROM", -1e9)  # whatever an epoch learns
    monkeypatch.setitem(OUT_OF_FOLD, "scratch", TrainConfig(epochs=1))
    monkeypatch.setitem(OUT_OF_FOLD, "finetuned", replace(OUT_OF_FOLD["finetuned"], epochs=1))
    pictures, workspace = draw_folder(tmp_path / "few", train=4, test=1), Workspace(tmp_path / "home")
    spec, rows = open_dataset(str(pictures), workspace, seed=0)

    def audit() -> Audit:
        return run_audit(workspace, spec, rows, AuditConfig((AUTO,), folds=2, cams_per_split=0, minutes=60))

    first = audit()
    assert first.config["architectures"] == [FROZEN, SMALL, FINETUNED]
    assert {FROZEN, SMALL, FINETUNED} <= set(first.findings.voters)
    assert "it agrees with" in first.config["choices"][2]
    assert "The audit chose its architectures" in (workspace.reports / "few/report.html").read_text()
    tuned = next(architecture for architecture in first.architectures if architecture.name == FINETUNED)
    assert (tuned.run_folder / "fold-1.safetensors").exists()

    def forbidden(*_: object) -> None:
        raise AssertionError("this is known")

    monkeypatch.setattr(voters, "estimated_seconds", forbidden)
    again = audit()
    assert all(record.reused for record in again.stages)
    assert again.config == first.config == load_audit(workspace, "few").config


def test_missing_weights_are_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    from curation.audit.training_time import missing_weights

    def missing(variant: object) -> None:
        raise ErrataError(f"the weights of {variant} are not installed")

    assert missing_weights(SMALL) == ""
    monkeypatch.setattr("models.networks.variants.pretrained_backbone", missing)
    assert missing_weights(FROZEN) == f"the weights of {FROZEN} are not installed"
