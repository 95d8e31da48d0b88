"""The recipes: every one can be started, and says what it is."""

import pytest

from models.errors import ErrataError
from models.networks.architectures import ARCHITECTURES
from models.networks.variant_name import MODES
from models.networks.variants import parse_variant
from models.training.recipes import OUT_OF_FOLD, RECIPES, Recipe, find_recipe

STUDIES = {
    "landscape-plain", "landscape-residual", "landscape-resnet50-finetune", "scenes-simple", "scenes-sigmoid",
    "scenes-tanh", "scenes-norm-dropout", "scenes-resnet50-frozen", "scenes-mobilenet-frozen", "scenes-ensemble",
    "landmarks-source", "landmarks-target", "cifar-deep", "cifar-deep-bn", "cifar-deep-bn-augmented",
    "glacier-mountain-vgg16",
}  # fmt: skip


def test_each_study_has_its_recipe() -> None:
    assert RECIPES.keys() >= STUDIES
    assert all(recipe.summary for recipe in RECIPES.values())


@pytest.mark.parametrize("name", RECIPES)
def test_each_can_be_started(name: str) -> None:
    recipe = find_recipe(name)
    if recipe.members:
        assert len(recipe.members) > 1
        for member in recipe.members:
            parse_variant(member)
        return
    if not recipe.init_from:
        parse_variant(recipe.architecture)  # refuses a pretrained mode where there are no pretrained weights
        return
    source = find_recipe(recipe.init_from)
    assert recipe.architecture.partition("@")[0] == source.architecture.partition("@")[0]
    assert recipe.size_px == source.size_px


def test_the_residual_landscape_clips_and_cycles() -> None:
    residual, plain = RECIPES["landscape-residual"].config, RECIPES["landscape-plain"].config
    assert residual.schedule == "cyclic"
    assert residual.clip_norm > 0
    assert plain.clip_norm == 0


def test_the_landmarks_pair_uses_adam_decay_and_steps() -> None:
    for name in ("landmarks-source", "landmarks-target", "landmarks-target-frozen"):
        config = RECIPES[name].config
        assert (config.optimiser, config.schedule, config.augmentation) == ("adam", "step", "landmarks")
        assert config.weight_decay >= 1e-3


def test_glacier_against_mountain_is_five_epochs_of_adam_on_few_images() -> None:
    recipe = RECIPES["glacier-mountain-vgg16"]
    assert (recipe.config.epochs, recipe.config.optimiser) == (5, "adam")
    assert 0 < recipe.max_train_images <= 1000


def test_an_audit_has_a_method_for_each_mode_that_trains_a_backbone() -> None:
    assert OUT_OF_FOLD.keys() == set(MODES) - {"frozen"}


def test_a_wrong_name() -> None:
    with pytest.raises(ErrataError, match=r"no recipe 'landscape-residal'; did you mean 'landscape-residual'\?"):
        find_recipe("landscape-residal")
    assert Recipe("cnn3").architecture in ARCHITECTURES
