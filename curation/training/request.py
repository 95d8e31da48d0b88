"""What a training is asked to do, and the network it starts from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from curation.workspace.names import slug
from curation.workspace.run_names import begin_training
from models.errors import unknown
from models.networks.variant_name import Mode, split_variant
from models.training.recipes import Recipe

if TYPE_CHECKING:
    from models.networks.start import Network

OnRuns = Callable[[Sequence[Path]], None]  # told the run folders of a training


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

    def check(self) -> None:
        """Raise if the network that the recipe names cannot be made.

        Raises:
            ErrataError: as `network`.
        """
        _ = self.network

    @cached_property
    def network(self) -> "Network":
        """The network that the recipe names; an ensemble has none.

        Raises:
            ErrataError: no such architecture or mode, or a pretrained mode without anything to start from.
        """
        from models.networks.architectures import find_architecture
        from models.networks.start import Network
        from models.networks.variants import parse_variant

        architecture, asked = split_variant(self.recipe.architecture)
        mode: Mode
        if self.init_from is None:
            mode = parse_variant(self.recipe.architecture).mode
        elif asked in (None, "finetuned"):
            mode = "finetuned"
        elif asked == "frozen":
            mode = "frozen"
        else:
            raise unknown("mode of a network that starts from a run", asked, ("finetuned", "frozen"))
        spec = find_architecture(architecture).input
        spec = replace(spec, size_px=self.recipe.size_px or spec.size_px)
        return Network(architecture, mode, spec, self.weights, self.init_from)


def group_name(dataset: str, recipe: str, key: str) -> str:
    """Return the name that the runs of all seeds of a training begin with; with a seed of ten digits 64 characters.

    Args:
        dataset: its name.
        recipe: its name, or the variant.
        key: digest of all that the training depends on.
    """
    return f"{begin_training(dataset)}{slug(recipe)[:20].replace('_', '-').strip('-')}-{key[:8]}"
