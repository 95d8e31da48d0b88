"""What the fold models of an architecture would take on this machine, measured in a few seconds."""

from curation.training.out_of_fold import FoldModels, input_of
from models.errors import ErrataError
from models.figures.predictions import NO_FOLD

MARGIN = 1.2  # trainings take longer than their steps: processes start, images are decoded and predicted
PREDICTED = 1 / 3  # what it takes to predict an image, as a share of what it takes to learn from it


def missing_weights(name: str) -> str:
    """Return why the pretrained weights of a variant cannot be had; "" where they can, or where it needs none."""
    from models.networks.variants import parse_variant, pretrained_backbone

    variant = parse_variant(name)
    if variant.mode == "scratch":
        return ""
    try:
        pretrained_backbone(variant)
    except ErrataError as error:
        return str(error)
    return ""


def estimated_seconds(models: FoldModels) -> float:
    """Return how long the fold models take with what is left to be done; 0 where they are finished.

    Raises:
        ErrataError: the pretrained weights cannot be had.
    """
    if (models.folder / "predictions.npz").exists():
        return 0.0
    if models.variant.mode == "frozen":
        return _features_seconds(models)
    return _training_seconds(models)


def _features_seconds(models: FoldModels) -> float:
    """Return the seconds of one pass over all images; an engine for features is faster than what is timed here."""
    from models.jobs.speed import forward_seconds

    images = len(models.problem.labels)
    return MARGIN * images * forward_seconds(models.variant, input_of(models.variant))


def _training_seconds(models: FoldModels) -> float:
    from models.jobs.cross_validate import fold_workers
    from models.jobs.training_speed import seconds_per_image
    from models.training.recipes import OUT_OF_FOLD

    problem, config = models.problem, OUT_OF_FOLD[models.variant.mode]
    workers = fold_workers(problem, config)
    n_classes, spec = len(problem.classes), input_of(models.variant)
    once = seconds_per_image(models.variant, spec, config, n_classes, workers)
    learned = int((problem.fold != NO_FOLD).sum()) * (problem.n_folds - 1)  # by all folds together
    predicted = len(problem.labels) * problem.n_folds
    return MARGIN * once * (config.epochs * learned + PREDICTED * predicted)
