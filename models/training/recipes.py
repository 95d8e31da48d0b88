"""Recipes: an architecture, the mode of its weights, and how it is trained."""

from dataclasses import dataclass, replace

from models.errors import unknown
from models.training.config import TrainConfig

DEFAULT = TrainConfig()

# For the networks that an audit trains for each fold; heads of frozen backbones are fitted exactly, see heads.py.
OUT_OF_FOLD: dict[str, TrainConfig] = {
    "scratch": DEFAULT,
    # Chosen by the log loss on the given labels of a fold of Roman numerals (docs/studies/ranking.md).
    "finetuned": TrainConfig(
        epochs=8, peak_lr=4e-3, weight_decay=1e-2, label_smoothing=0.1, augmentation="affine", precision="float32"
    ),
}
FINETUNED_PX = 64  # side of the images that these fine-tuned networks see: 224 px are twelve times as many pixels


@dataclass(frozen=True)
class Recipe:
    """One way to train one network; every part can be changed by an option."""

    architecture: str  # ARCH or ARCH@MODE; "ensemble" of members
    config: TrainConfig = DEFAULT
    size_px: int | None = None  # None = the architecture's own
    max_train_images: int = 0  # 0 = all
    init_from: str = ""  # the recipe of the run that its backbone is taken from
    members: tuple[str, ...] = ()  # variants, of an ensemble
    summary: str = ""


_ADAM = TrainConfig(
    epochs=20,
    optimiser="adam",
    peak_lr=1e-3,
    weight_decay=0.0,
    label_smoothing=0.0,
    schedule="constant",
    augmentation="none",
)
_SGD = replace(_ADAM, optimiser="sgd", peak_lr=0.02, weight_decay=1e-4, augmentation="flip-crop")
_LANDMARKS = replace(
    _ADAM, weight_decay=1e-2, schedule="step", step_epochs=7, step_factor=0.1, augmentation="landmarks"
)

RECIPES: dict[str, Recipe] = {
    "landscape-plain": Recipe("plain_cnn", _SGD, summary="a deep network without shortcuts"),
    "landscape-residual": Recipe(
        "residual_cnn",
        replace(_SGD, peak_lr=0.1, clip_norm=1.0, schedule="cyclic", cycle_epochs=10),
        summary="its counterpart with shortcuts, clipped gradients and a cyclic learning rate",
    ),
    "landscape-resnet50-finetune": Recipe(
        "resnet50@finetuned",
        replace(_SGD, epochs=5, peak_lr=5e-3, schedule="one-cycle"),
        summary="ImageNet's ResNet-50, all of it trained further",
    ),
    "scenes-simple": Recipe("simple_cnn", _ADAM, summary="four convolutions, no regularisation"),
    "scenes-sigmoid": Recipe("simple_cnn_sigmoid", _ADAM, summary="saturating activations"),
    "scenes-tanh": Recipe("simple_cnn_tanh", _ADAM, summary="saturating but centred activations"),
    "scenes-norm-dropout": Recipe(
        "simple_cnn_norm_dropout", replace(_ADAM, augmentation="flip-crop"), summary="batch norm, dropout, augmentation"
    ),
    "scenes-resnet50-frozen": Recipe("resnet50@frozen", _ADAM, summary="a head on ImageNet's ResNet-50"),
    "scenes-mobilenet-frozen": Recipe("mobilenet_v2@frozen", _ADAM, summary="a head on ImageNet's MobileNetV2"),
    "scenes-lite0-frozen": Recipe(
        "efficientnet_lite0@frozen", replace(_ADAM, views=4, augmentation="flip-crop"), summary="needs no download"
    ),
    "scenes-ensemble": Recipe(
        "ensemble",
        members=("efficientnet_lite0", "efficientnet_lite1", "simple_cnn_norm_dropout"),
        summary="one linear layer on the out-of-fold logits of its members",
    ),
    "landmarks-source": Recipe("cnn3", _LANDMARKS, summary="the task that is transferred from"),
    "landmarks-target": Recipe(
        "cnn3", _LANDMARKS, init_from="landmarks-source", summary="another task, all weights trained further"
    ),
    "landmarks-target-frozen": Recipe(
        "cnn3@frozen",
        replace(_LANDMARKS, views=4),
        init_from="landmarks-source",
        summary="another task, only the head trained",
    ),
    "cifar-deep": Recipe("deep_cnn", _ADAM, size_px=32, summary="kernels double with each convolution"),
    "cifar-deep-bn": Recipe("deep_cnn_bn", _ADAM, size_px=32, summary="the same with batch norm"),
    "cifar-deep-bn-augmented": Recipe(
        "deep_cnn_bn", replace(_ADAM, augmentation="flip-crop"), size_px=32, summary="and with flips and crops"
    ),
    "glacier-mountain-vgg16": Recipe(
        "vgg16@frozen", replace(_ADAM, epochs=5), max_train_images=1000, summary="a head on VGG16, five epochs"
    ),
}


def find_recipe(name: str) -> Recipe:
    """Return the recipe of that name.

    Raises:
        ErrataError: there is none; the nearest name is in the message.
    """
    if name not in RECIPES:
        raise unknown("recipe", name, RECIPES)
    return RECIPES[name]
