"""The network a training starts from: random, pretrained, of a local file, of another run."""

from pathlib import Path

import pytest
import torch

from models.errors import ErrataError
from models.images.input_spec import InputSpec
from models.networks.architectures import find_architecture
from models.networks.checkpoint import CheckpointInfo, save_checkpoint
from models.networks.start import Network
from models.networks.variants import Variant, build_classifier
from models.training.check import checked_classifier
from models.training.config import TrainConfig

SPEC = InputSpec(32, (0.5, 0.5, 0.5), (0.25, 0.25, 0.25), "bilinear")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of cnn3 at 32 px with five classes."""
    file = tmp_path_factory.mktemp("source-run") / "checkpoint.safetensors"
    torch.manual_seed(3)
    classifier = build_classifier(Variant("cnn3", "scratch"), 5, 32)
    save_checkpoint(file, classifier, CheckpointInfo("cnn3", tuple("abcde"), {}, 0, "scratch", SPEC))
    return file


def test_scratch_follows_the_generator() -> None:
    network = Network("cnn3", "scratch", SPEC)
    drawn = []
    for seed in (0, 0, 1):
        torch.manual_seed(seed)
        drawn.append(network.build(3).backbone.state_dict()["conv1.weight"])
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])


def test_another_run_gives_its_backbone_and_not_its_head(source: Path) -> None:
    torch.manual_seed(3)
    given = build_classifier(Variant("cnn3", "scratch"), 5, 32)
    classifier = Network("cnn3", "finetuned", SPEC, init_from=source).build(2)
    for name, value in classifier.backbone.state_dict().items():
        assert torch.equal(value, given.backbone.state_dict()[name]), name
    assert classifier.head.get_parameter("weight").shape[0] == 2


@pytest.mark.parametrize(
    ("network", "stored"),
    [
        (Network("cnn3", "scratch", SPEC), "scratch"),
        (Network("efficientnet_lite0", "frozen", SPEC), "frozen"),
        (Network("efficientnet_lite0", "frozen", SPEC, weights=Path("w.pth")), "finetuned"),
        (Network("cnn3", "frozen", SPEC, init_from=Path("r/c")), "scratch"),
    ],
)
def test_what_can_be_had_again_is_not_stored(network: Network, stored: str) -> None:
    assert network.stored == stored


def test_another_architecture_or_size(source: Path) -> None:
    smaller_spec = InputSpec(48, SPEC.mean, SPEC.std, "bilinear")
    for network in (
        Network("cnn3", "finetuned", smaller_spec, None, source),
        Network("deep_cnn", "frozen", SPEC, None, source),
    ):
        with pytest.raises(ErrataError, match=r"is cnn3 at 32 px and cannot start .* name the same --architecture and"):
            checked_classifier(network, TrainConfig(), 2)


@pytest.mark.parametrize(
    ("name", "mode", "config", "message"),
    [
        ("cnn3", "scratch", {"freeze": "conv"}, "no layer to freeze 'conv'; did you mean 'conv"),
        ("cnn3", "scratch", {"freeze": "backbone"}, "starts from random weights, and frozen ones would never learn"),
        ("cnn3", "frozen", {}, "cnn3 has no pretrained weights to be frozen"),
        ("efficientnet_lite0", "frozen", {"freeze": "bn2"}, "a frozen backbone is frozen whole; leave --freeze bn2"),
        (
            "simple_cnn_norm_dropout",
            "scratch",
            {"batch_size": 1},
            "batch norm, which needs more than --batch-size 1",
        ),
    ],
)
def test_what_does_not_fit_together(name: str, mode: str, config: dict[str, object], message: str) -> None:
    with pytest.raises(ErrataError) as error:
        checked_classifier(Network(name, mode, SPEC), TrainConfig(**config), 2)  # type: ignore[arg-type]
    assert message in str(error.value)


def test_what_fits_is_accepted_and_draws_nothing(source: Path) -> None:
    state = torch.get_rng_state()
    checked_classifier(Network("cnn3", "scratch", SPEC), TrainConfig(batch_size=1), 2)
    checked_classifier(Network("cnn3", "finetuned", SPEC, init_from=source), TrainConfig(freeze="conv2"), 2)
    checked_classifier(Network("cnn3", "frozen", SPEC, init_from=source), TrainConfig(freeze="backbone"), 2)
    assert torch.equal(torch.get_rng_state(), state)
    assert find_architecture("cnn3").weights is None


def test_two_places_to_have_it_from(source: Path) -> None:
    with pytest.raises(ErrataError, match=r"can come from w.pth or from source-run.*, not from both; leave --weights"):
        checked_classifier(Network("cnn3", "finetuned", SPEC, Path("w.pth"), source), TrainConfig(), 2)
