"""Fine-tuning where frozen features are weak: done on a GPU, offered on a CPU, where it takes minutes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from curation.audit.choices import DEFAULT_MINUTES, FINETUNED, FROZEN, SMALL, Choice, are_weak, offer
from curation.audit.config import DEFAULT_ARCHITECTURES, AuditConfig
from curation.audit.training_time import estimated_seconds
from curation.audit.voters import METHOD, Budget, Voters, pooled_loss
from curation.training.out_of_fold import Material, fold_models
from curation.workspace.names import ORIGINAL
from curation.workspace.stages import Stages
from models.arrays import Progress
from models.figures.predictions import NO_FOLD, Predictions
from models.files.atomic import write_json
from models.files.schemas import read_as

if TYPE_CHECKING:
    from models.jobs.fold import Problem


@dataclass(frozen=True)
class _Offer:
    """What offer.json says."""

    offer: str  # a sentence; empty: nothing to offer


@dataclass(frozen=True)
class More:
    """What an audit adds to the architectures that it was given, or offers to add."""

    runs: Mapping[str, str] = field(default_factory=dict)  # architecture -> name of its run folder
    choices: tuple[Choice, ...] = ()
    offer: str = ""  # one sentence


def more_than_named(
    config: AuditConfig, trained: Mapping[str, str], problem: "Problem", material: Material, stages: Stages
) -> More:
    """Return what is added to the named architectures: nothing where frozen features are good.

    Args:
        config: of an audit whose architectures are named.
        trained: architecture -> name of its run folder.
        problem: the labels and folds.
        material: the images.
        stages: of the audit.
    """
    if not {FROZEN, SMALL} <= trained.keys() or any(name.endswith("@finetuned") for name in trained):
        return More()
    frozen_loss, with_small = _losses(trained, problem, material)
    if not are_weak(frozen_loss, with_small):
        return More()
    if config.architectures == DEFAULT_ARCHITECTURES and _on_gpu():
        budget = Budget(DEFAULT_MINUTES, len(problem.labels), stages.started)
        voters = Voters(problem, material, stages, budget, dict(trained))
        voters.consider(FINETUNED)
        added = {name: run for name, run in voters.runs.items() if name not in trained}
        return More(added, tuple(voters.choices))
    output = stages.run_folder / "offer.json"

    def work(_: Progress) -> str:
        seconds = estimated_seconds(fold_models(FINETUNED, problem, material))
        sentence = offer(_command(material.dataset, config.version), frozen_loss, with_small, seconds)
        write_json(output, {"offer": sentence})
        return sentence

    def load() -> str:
        return read_as(output, _Offer).offer

    return More(offer=stages.value("compare voters", [METHOD, sorted(trained.values())], [output], work, load))


def _losses(trained: Mapping[str, str], problem: "Problem", material: Material) -> tuple[float, float]:
    """Return the out-of-fold log loss of the frozen features, and of these pooled with the small network."""
    runs, learn = material.prepared.workspace.runs, problem.fold != NO_FOLD
    labels = problem.labels[learn]
    frozen, small = (
        Predictions.load(runs / trained[name] / "predictions.npz").probs[learn] for name in (FROZEN, SMALL)
    )
    return pooled_loss([frozen], labels), pooled_loss([frozen, small], labels)


def _command(audited: str, version: str) -> str:
    """Return the command that audits the same labels."""
    if version == ORIGINAL:
        return f"errata audit {audited}"
    return f"errata audit {audited.removesuffix(f'-{version}')} --version {version}"


def _on_gpu() -> bool:
    from models.processors.devices import default_device

    return default_device() != "cpu"
