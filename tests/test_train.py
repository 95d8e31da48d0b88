"""The training loop on problems small enough to know the answer of."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from models.architectures import Classifier
from models.arrays import BoolArray, ByteArray, IntArray
from models.devices import has_bfloat16
from models.errors import ErrataError
from models.images import InputSpec
from models.train import EpochMetrics, TrainConfig, batches, evaluate, infer, make_fabric, normalise, train

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
    found = np.zeros((len(parts), N), bool)
    for mask, part in zip(found, parts, strict=True):
        mask[part] = True
    return tuple(found)


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
    return train(network(), pixels, given, learn, choose, SPEC, config, seed, FABRIC, curve.append), curve


def same(first: Classifier, second: Classifier) -> bool:
    pairs = zip(first.state_dict().values(), second.state_dict().values(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)


def test_normalise_by_hand() -> None:
    images = torch.tensor([[[[0, 51, 255]]]], dtype=torch.uint8)  # (1, 1, 1, 3)
    found = normalise(images, SPEC)
    assert found.shape == (1, 3, 1, 1)
    assert found.flatten().tolist() == pytest.approx([-2, -1, 1.4])
    assert images.flatten().tolist() == [0, 51, 255]
    assert normalise(torch.zeros(2, 8, 8, 3, dtype=torch.uint8), SPEC).is_contiguous(memory_format=torch.channels_last)


def test_it_learns() -> None:
    classifier, curve = trained(TrainConfig(epochs=8, batch_size=16, peak_lr=0.02))
    pixels, labels = problem()
    logits, _ = infer(classifier, pixels, ~LEARN & ~CHOOSE, SPEC, FABRIC)
    assert (logits.argmax(1) == labels[~LEARN & ~CHOOSE]).mean() == 1
    assert [epoch.epoch for epoch in curve] == list(range(1, 9))
    assert curve[-1].train_loss < curve[0].train_loss
    assert all(0 <= epoch.train_accuracy <= 1 and epoch.seconds > 0 for epoch in curve)
    assert not classifier.training


def test_the_same_as_a_textbook_loop() -> None:
    """One batch an epoch without augmentation, so that nothing is left to chance."""
    config = TrainConfig(4, batch_size=64, peak_lr=0.01, weight_decay=0.02, label_smoothing=0.1, augmentation="none")
    found, curve = trained(config, choose=NOBODY)
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
    for (name, ours), theirs in zip(found.state_dict().items(), reference.state_dict().values(), strict=True):
        assert torch.allclose(ours.float(), theirs.float(), atol=CLOSE), name


def test_same_seed_same_weights_and_another_seed_others() -> None:
    config = TrainConfig(epochs=2, batch_size=16)
    first, second, other = (trained(config, seed=seed)[0] for seed in (0, 0, 1))
    assert same(first, second)
    assert not same(first, other)


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
    losses = [epoch.val_loss for epoch in curve]
    assert min(losses) < losses[-1]
    found, _ = evaluate(classifier, problem()[0], opposite, CHOOSE, SPEC, FABRIC)
    assert found == pytest.approx(min(losses), abs=1e-6)


def test_without_choosing_rows_the_last_epoch_is_kept() -> None:
    config = TrainConfig(epochs=3, batch_size=16)
    classifier, curve = trained(config, choose=NOBODY)
    assert all(math.isnan(epoch.val_loss) for epoch in curve)
    pixels, labels = problem()
    train_loss, _ = evaluate(classifier, pixels, labels, LEARN, SPEC, FABRIC)
    assert train_loss < curve[0].train_loss


@pytest.mark.parametrize("count", [1, 2, 17])
def test_few_rows_and_a_last_batch_of_one(count: int) -> None:
    learn = np.arange(N) < count
    classifier, curve = trained(TrainConfig(epochs=1, batch_size=16), learn=learn)
    assert math.isfinite(curve[0].train_loss)
    assert all(value.isfinite().all() for value in classifier.state_dict().values())


def test_a_loss_that_explodes_says_what_to_do() -> None:
    sentence = r"^the loss became (nan|inf) in epoch \d+ at learning rate 1e\+30; try a smaller one$"
    with pytest.raises(ErrataError, match=sentence):
        trained(TrainConfig(epochs=5, batch_size=16, peak_lr=1e30))


def test_an_unknown_augmentation() -> None:
    with pytest.raises(ErrataError, match=re.escape("no augmentation 'flip-corp'; did you mean 'flip-crop'?")):
        TrainConfig(augmentation="flip-corp")


def test_batches_hold_every_row_once_in_a_new_order() -> None:
    pixels = np.arange(N, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 3), np.uint8)
    labels = np.arange(N)
    generator = torch.Generator().manual_seed(0)
    own = np.arange(5, 90, 2)
    epochs = [list(batches(pixels, labels, own, 16, generator)) for _ in range(2)]
    for epoch in epochs:
        assert [len(wanted) for _, wanted in epoch] == [16, 16, 11]
        assert sorted(torch.cat([wanted for _, wanted in epoch]).tolist()) == own.tolist()
        assert all(torch.equal(images[:, 0, 0, 0].long(), wanted) for images, wanted in epoch)
    assert [batch.tolist() for _, batch in epochs[0]] != [batch.tolist() for _, batch in epochs[1]]


def test_infer_keeps_the_order_of_rows_whatever_the_batch() -> None:
    pixels, _ = problem()
    classifier = network()
    chosen = np.arange(N) % 3 == 0
    logits, embeddings = infer(classifier, pixels, chosen, SPEC, FABRIC)
    assert logits.shape == (32, 2)
    assert embeddings.shape == (32, 6)
    for batch_size in (1, 5, 1000):
        again, _ = infer(classifier, pixels, chosen, SPEC, FABRIC, batch_size)
        assert np.allclose(again, logits, atol=CLOSE)


def test_a_memory_map_that_may_not_be_written_is_fine(tmp_path: Path) -> None:
    pixels, labels = problem()
    np.save(tmp_path / "pixels.npy", pixels)
    mapped = np.load(tmp_path / "pixels.npy", mmap_mode="r")
    train(network(), mapped, labels, LEARN, CHOOSE, SPEC, TrainConfig(epochs=1), 0, FABRIC)
    assert np.array_equal(np.load(tmp_path / "pixels.npy"), pixels)
