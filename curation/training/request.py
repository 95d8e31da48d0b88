"""What a training is asked to do, and the network it starts from."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import unknown
from models.training.recipes import Recipe

if TYPE_CHECKING:
    from models.networks.start import Network


@dataclass(frozen=True)
class TrainRequest:
    """What a training is asked to do."""

    recipe: Recipe
    name: str  # of the recipe; the variant where none is named
    classes: tuple[str, ...] = ()  # all where empty
    seeds: tuple[int, ...] = (0,)
    weights: Path | None = None
    init_from: Path | None = None  # a checkpoint
    engine: str = "auto"  # for frozen features
    version: str = "original"  # of the labels


def network_of(request: TrainRequest) -> "Network":
    """Return the network a request names.

    Raises:
        ErrataError: no such architecture or mode, or a pretrained mode without anything to start from.
    """
    from models.networks.architectures import find_architecture
    from models.networks.start import Network
    from models.networks.variants import Mode, parse_variant

    text = request.recipe.architecture
    architecture, _, given = text.partition("@")
    mode: Mode
    if request.init_from is None:
        mode = parse_variant(text).mode
    elif given in ("", "finetuned"):
        mode = "finetuned"
    elif given == "frozen":
        mode = "frozen"
    else:
        raise unknown("mode of a network that starts from a run", given, ("finetuned", "frozen"))
    spec = find_architecture(architecture).input
    spec = replace(spec, size_px=request.recipe.size_px or spec.size_px)
    return Network(architecture, mode, spec, request.weights, request.init_from)
