"""The training loop on problems small enough to know the answer of."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from models.arrays import BoolArray, ByteArray, IntArray
from models.errors import ErrataError
from models.images.examples import CachedViews, Pixels, normalise
from models.images.input_spec import InputSpec
from models.networks.architectures import Classifier
from models.processors.devices import has_bfloat16
from models.training import state as training_state
from models.training.config import TrainConfig
from models.training.fabric import make_fabric
from models.training.loop import EpochMetrics, train
from models.training.optimisers import OPTIMISERS
from models.training.predict import infer, loss_and_accuracy
from models.training.schedules import SCHEDULES

SPEC = InputSpec(size_px=8, mean=(0.5, 0.4, 0.3), std=(0.25, 0.2, 0.5), interpolation="bilinear")
N = 96
FABRIC = make_fabric()
CLOSE = 2e-2 if has_bfloat16(FABRIC.device.type) else 1e-3


def problem(seed: int = 0) -> tuple[ByteArray, IntArray]:
    """Bright and dark noise."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, N)
    return (rng.integers(0, 128, (N, 8, 8, 3)) + 100 * labels[:, None, None, None]).astype(np.uint8), labels


def network(seed: int = 0) -> Classifier:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        backbone = nn.Sequential(
            nn.Conv2d(3, 4, 3, bias=False), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(144, 6)
        )
        return Classifier(backbone, nn.Linear(6, 2))


def rows(*parts: slice) -> tuple[BoolArray, ...]:
    masks = np.zeros((len(parts), N), bool)
    for mask, part in zip(masks, parts, strict=True):
        mask[part] = True
    return tuple(masks)


LEARN, CHOOSE = rows(slice(0, 64), slice(64, 80))
NOBODY = np.zeros(N, bool)


def trained(
    config: TrainConfig,
    learn: BoolArray = LEARN,
    choose: BoolArray = CHOOSE,
    labels: IntArray | None = None,
    seed: int = 0,
) -> tuple[Classifier, list[EpochMetrics]]:
    pixels, given = problem()
    curve: list[EpochMetrics] = []
    given = given if labels is None else labels
    examples = Pixels(pixels, SPEC, config.augmentation, FABRIC.device)
    classifier = train(
        network(), examples, given, learn, choose, config, seed, FABRIC, lambda lines: curve.append(lines[-1])
    )
    return classifier, curve


def plain(pixels: ByteArray) -> Pixels:
    return Pixels(pixels, SPEC, "none", FABRIC.device)


def same(first: Classifier, second: Classifier) -> bool:
    pairs = zip(first.state_dict().values(), second.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def test_normalise_by_hand() -> None:
    images = torch.tensor([[[[0, 51, 255]]]], dtype=torch.uint8)  # (1, 1, 1, 3)
    normalised = normalise(images, SPEC)
    assert normalised.shape == (1, 3, 1, 1)
    assert normalised.flatten().tolist() == pytest.approx([-2, -1, 1.4])
    assert images.flatten().tolist() == [0, 51, 255]
    assert normalise(torch.zeros(2, 8, 8, 3, dtype=torch.uint8), SPEC).is_contiguous(memory_format=torch.channels_last)


def test_it_learns() -> None:
    classifier, curve = trained(TrainConfig(epochs=8, batch_size=16, peak_lr=0.02))
    pixels, labels = problem()
    logits, _ = infer(classifier, plain(pixels), ~LEARN & ~CHOOSE, FABRIC)
    assert (logits.argmax(1) == labels[~LEARN & ~CHOOSE]).mean() == 1
    assert [epoch.epoch for epoch in curve] == list(range(1, 9))
    assert curve[-1].train_loss < curve[0].train_loss
    assert all(0 <= epoch.train_accuracy <= 1 and epoch.seconds > 0 for epoch in curve)
    assert not classifier.training


def test_the_same_as_a_textbook_loop() -> None:
    """One batch an epoch without augmentation, so that nothing is left to chance."""
    config = TrainConfig(4, batch_size=64, peak_lr=0.01, weight_decay=0.02, label_smoothing=0.1, augmentation="none")
    classifier, curve = trained(config, choose=NOBODY)
    pixels, labels = problem()
    reference = network().train()
    optimiser = torch.optim.AdamW(reference.parameters(), lr=0.01, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 0.01, total_steps=4)
    images = ((pixels[:64] / 255 - np.array(SPEC.mean)) / np.array(SPEC.std)).transpose(0, 3, 1, 2)
    for epoch in curve:
        logits = reference(torch.from_numpy(images.astype(np.float32)))
        loss = functional.cross_entropy(logits, torch.from_numpy(labels[:64]), label_smoothing=0.1)
        assert epoch.train_loss == pytest.approx(loss.item(), rel=CLOSE)
        assert epoch.train_accuracy == pytest.approx((logits.argmax(1).numpy() == labels[:64]).mean(), abs=0.02)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
    for (name, ours), theirs in zip(classifier.state_dict().items(), reference.state_dict().values(), strict=True):
        assert torch.allclose(ours.float(), theirs.float(), atol=CLOSE), name


def test_same_seed_same_weights_and_another_seed_others() -> None:
    config = TrainConfig(epochs=2, batch_size=16)
    first, second, different = (trained(config, seed=seed)[0] for seed in (0, 0, 1))
    assert same(first, second)
    assert not same(first, different)


def test_labels_outside_the_learning_and_choosing_rows_are_never_seen() -> None:
    _, labels = problem()
    flipped = np.where(LEARN | CHOOSE, labels, 1 - labels)
    config = TrainConfig(epochs=3, batch_size=16)
    assert same(trained(config)[0], trained(config, labels=flipped)[0])


def test_choosing_rows_only_choose() -> None:
    _, labels = problem()
    config = TrainConfig(epochs=3, batch_size=16)
    flipped = np.where(CHOOSE, 1 - labels, labels)
    (_, before), (_, after) = trained(config), trained(config, labels=flipped)
    assert [epoch.train_loss for epoch in before] == [epoch.train_loss for epoch in after]
    assert [epoch.val_loss for epoch in before] != [epoch.val_loss for epoch in after]


def test_the_weights_of_the_best_epoch_are_kept() -> None:
    _, labels = problem()
    opposite = np.where(CHOOSE, 1 - labels, labels)  # the better it learns, the worse it does on these
    classifier, curve = trained(TrainConfig(epochs=6, batch_size=8, peak_lr=0.05), labels=opposite)
    losses = [epoch.val_loss for epoch in curve if epoch.val_loss is not None]
    assert min(losses) < losses[-1]
    loss, _ = loss_and_accuracy(classifier, plain(problem()[0]), opposite, CHOOSE, FABRIC)
    assert loss == pytest.approx(min(losses), abs=1e-6)


def test_without_choosing_rows_the_last_epoch_is_kept() -> None:
    config = TrainConfig(epochs=3, batch_size=16)
    classifier, curve = trained(config, choose=NOBODY)
    assert all(epoch.val_loss is None for epoch in curve)
    pixels, labels = problem()
    train_loss, _ = loss_and_accuracy(classifier, plain(pixels), labels, LEARN, FABRIC)
    assert train_loss is not None
    assert train_loss < curve[0].train_loss


@pytest.mark.parametrize("count", [1, 2, 17])
def test_few_rows_and_a_last_batch_of_one(count: int) -> None:
    learn = np.arange(N) < count
    classifier, curve = trained(TrainConfig(epochs=1, batch_size=16), learn=learn)
    assert math.isfinite(curve[0].train_loss)
    assert all(value.isfinite().all() for value in classifier.state_dict().values())


def test_a_loss_that_explodes_says_what_to_do() -> None:
    sentence = r"^the loss became (nan|inf) in epoch \d+, step \d+, at learning rate \d.*; try a smaller --peak-lr or"
    with pytest.raises(ErrataError, match=sentence):
        trained(TrainConfig(epochs=5, batch_size=16, peak_lr=1e30))


def test_infer_keeps_the_order_of_rows_whatever_the_batch() -> None:
    pixels, _ = problem()
    classifier = network()
    chosen = np.arange(N) % 3 == 0
    logits, embeddings = infer(classifier, plain(pixels), chosen, FABRIC)
    assert logits.shape == (32, 2)
    assert embeddings.shape == (32, 6)
    for batch_size in (1, 5, 1000):
        again, _ = infer(classifier, plain(pixels), chosen, FABRIC, batch_size)
        assert np.allclose(again, logits, atol=CLOSE)


def test_a_memory_map_that_may_not_be_written_is_fine(tmp_path: Path) -> None:
    pixels, labels = problem()
    np.save(tmp_path / "pixels.npy", pixels)
    mapped = np.load(tmp_path / "pixels.npy", mmap_mode="r")
    train(network(), plain(mapped), labels, LEARN, CHOOSE, TrainConfig(epochs=1), 0, FABRIC)
    assert np.array_equal(np.load(tmp_path / "pixels.npy"), pixels)


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_killed_after_any_epoch_it_goes_on_to_the_same_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, optimiser: str, schedule: str
) -> None:
    monkeypatch.setattr(training_state, "SAVE_EVERY_S", 0)
    config = TrainConfig(3, 16, optimiser, 0.02, weight_decay=1e-3, schedule=schedule, step_epochs=1, cycle_epochs=2)
    pixels, labels = problem()
    examples = Pixels(pixels, SPEC, "flip-crop", FABRIC.device)

    def dropping() -> Classifier:
        return Classifier(nn.Sequential(network().backbone, nn.Dropout(0.3)), nn.Linear(6, 2))

    def run(classifier: Classifier, file: Path | None, stop_at: int = 0) -> Classifier:
        def stop(curve: Sequence[EpochMetrics]) -> None:
            if len(curve) == stop_at:
                raise KeyboardInterrupt

        return train(classifier, examples, labels, LEARN, CHOOSE, config, 0, FABRIC, stop, file)

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(1)
        fresh = dropping()
        state = {name: value.clone() for name, value in fresh.state_dict().items()}
        torch.manual_seed(2)
        whole = run(fresh, None)
        for stop_at in (1, 2):
            file = tmp_path / f"state-{stop_at}.pt"
            again = dropping()
            again.load_state_dict(state)
            torch.manual_seed(2)
            with pytest.raises(KeyboardInterrupt):
                run(again, file, stop_at)
            torch.manual_seed(99)  # another process starts with another state
            assert same(run(dropping(), file), whole)


def test_a_damaged_state_file_is_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "state.pt"
    file.write_bytes(b"no state")
    pixels, labels = problem()
    with pytest.raises(ErrataError, match=r"state\.pt is damaged or of another training .* delete it to train"):
        train(network(), plain(pixels), labels, LEARN, CHOOSE, TrainConfig(2), 0, FABRIC, None, file)


def test_patience_stops_where_it_no_longer_gets_better() -> None:
    _, labels = problem()
    opposite = np.where(CHOOSE, 1 - labels, labels)  # the better it learns, the worse it does on these
    config = TrainConfig(epochs=30, batch_size=16, peak_lr=0.02, schedule="constant", patience=3)
    classifier, curve = trained(config, labels=opposite)
    losses = [epoch.val_loss for epoch in curve if epoch.val_loss is not None]
    assert len(losses) < 30
    assert int(np.argmin(losses)) == len(losses) - 4
    loss, _ = loss_and_accuracy(classifier, plain(problem()[0]), opposite, CHOOSE, FABRIC)
    assert loss == pytest.approx(min(losses), abs=1e-6)


def test_clipping_bounds_the_step_of_plain_gradient_descent() -> None:
    config = TrainConfig(
        1, 64, "sgd", 1.0, momentum=0, weight_decay=0, schedule="constant", augmentation="none", clip_norm=0.01
    )
    before, (after, _) = network().state_dict(), trained(config, choose=NOBODY)
    names = [name for name, _ in after.named_parameters()]
    moved = math.sqrt(sum(float((after.state_dict()[name] - before[name]).pow(2).sum()) for name in names))
    assert moved == pytest.approx(0.01, rel=0.02)


@pytest.mark.parametrize(("freeze", "still"), [("none", 0), ("0", 1), ("1", 3), ("backbone", 5)])
def test_frozen_layers_and_their_statistics_stay(freeze: str, still: int) -> None:
    before = network().state_dict()
    after, _ = trained(TrainConfig(2, 16, peak_lr=0.02, freeze=freeze))
    unchanged = [name for name, value in after.state_dict().items() if torch.equal(value, before[name])]
    parameters = ["0.weight", "1.weight", "1.bias", "4.weight", "4.bias"][:still]
    statistics = ["1.running_mean", "1.running_var", "1.num_batches_tracked"] if still > 2 else []
    assert sorted(unchanged) == sorted(f"backbone.{name}" for name in parameters + statistics)


def test_a_layer_to_freeze_that_is_not_there() -> None:
    with pytest.raises(ErrataError, match=r"no layer to freeze 'backbon'; did you mean 'backbone'\?"):
        trained(TrainConfig(1, freeze="backbon"))


class _Short(nn.Module):
    """A layer that has no memory for more than some images at a time."""

    def __init__(self, most: int):
        super().__init__()
        self.most = most

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        if self.training and len(images) > self.most:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return images


def test_short_of_memory_it_halves_the_batch_once_and_says_so() -> None:
    config = TrainConfig(2, 16, augmentation="none", schedule="constant", peak_lr=1e-3)
    float32 = make_fabric("float32")  # on every processor: bfloat16 rounds the gradients of each part
    pixels, labels = problem()
    curves: list[list[EpochMetrics]] = []

    def run(backbone: nn.Module) -> Classifier:
        classifier = Classifier(backbone, nn.Linear(6, 2))
        classifier.head.load_state_dict(network().head.state_dict())
        curves.append([])
        return train(
            classifier, plain(pixels), labels, LEARN, NOBODY, config, 0, float32, lambda c: curves[-1].append(c[-1])
        )

    def linear() -> nn.Module:
        layer = nn.Linear(192, 6)
        nn.init.constant_(layer.weight, 0.01)
        nn.init.constant_(layer.bias, 0)
        return nn.Sequential(nn.Flatten(), layer)

    enough, short = run(linear()), run(nn.Sequential(_Short(8), *linear().children()))
    assert [epoch.parts for epoch in curves[0]] == [1, 1]
    assert [epoch.parts for epoch in curves[1]] == [2, 2]
    for whole, halved in zip(enough.parameters(), short.parameters(), strict=True):  # the same step in two parts
        assert torch.allclose(whole, halved, atol=1e-5)
    with pytest.raises(ErrataError, match=r"memory is too short for 8 images at a time; use a smaller --batch-size"):
        run(nn.Sequential(_Short(7), *linear().children()))


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_cached_views_are_drawn_for_learning_and_plain_for_judging(dtype: str) -> None:
    views = np.arange(3 * N * 2, dtype=dtype).reshape(3, N, 2)
    examples = CachedViews(views, torch.device("cpu"))
    rows = np.arange(N)
    assert len(examples) == N
    assert np.array_equal(examples.plain(rows).numpy(), views[0])
    assert examples.plain(rows).dtype == examples.augmented(rows, torch.Generator()).dtype == torch.float32
    drawn = examples.augmented(rows, torch.Generator().manual_seed(0)).numpy()
    source = [[view for view in range(3) if np.array_equal(drawn[row], views[view, row])] for row in rows]
    assert all(len(matches) == 1 for matches in source)
    assert {matches[0] for matches in source} == {0, 1, 2}
