"""What an audit is asked to do."""

from dataclasses import dataclass, replace

from curation.training.combine import COMBINATIONS
from models.errors import ErrataError, unknown
from models.figures.folds import DEFAULT_FOLDS
from models.files.atomic import checked_name

DEFAULT_ARCHITECTURES = ("efficientnet_lite0", "simple_cnn_norm_dropout")


@dataclass(frozen=True)
class AuditConfig:
    """What an audit is asked to do."""

    architectures: tuple[str, ...] = DEFAULT_ARCHITECTURES
    folds: int = DEFAULT_FOLDS
    seed: int = 0
    cams_per_split: int = 50  # most suspicious images for which Grad-CAM maps are drawn
    engine: str = "auto"  # for frozen features; see models.features.engines
    version: str = "original"  # of the labels
    predictions: str = ""  # source of a model's predictions made elsewhere; nothing is trained then

    @property
    def members(self) -> tuple[str, ...]:
        """The architectures that are trained, which `ensemble` and `average` combine."""
        return tuple(name for name in self.architectures if name not in COMBINATIONS)

    @property
    def combinations(self) -> tuple[str, ...]:
        """`ensemble` and `average`, if they are named."""
        return tuple(name for name in self.architectures if name in COMBINATIONS)

    def checked(self) -> "AuditConfig":
        """Return the config, with `ensemble` and `average` after the architectures that they combine.

        Raises:
            ErrataError: an unknown architecture, version or engine, an architecture named twice, too few to combine,
                too few folds, or a negative number.
        """
        from models.features.engines import ENGINES
        from models.networks.variants import parse_variant

        for name in self.members:
            parse_variant(name)
        if self.engine not in ("auto", *ENGINES):
            raise unknown("engine", self.engine, ("auto", *ENGINES))
        return self.checked_values()

    def checked_values(self) -> "AuditConfig":
        """Return the config as `checked` does, without a look at the names of architectures and engine.

        Knowing these takes seconds of imports.

        Raises:
            ErrataError: no architecture, one named twice, nothing to combine, too few folds, or a negative number.
        """
        if not self.architectures:
            raise ErrataError("no architecture is named; give at least one with --architectures")
        if len(set(self.architectures)) < len(self.architectures):
            raise ErrataError(f"an architecture is named twice in {','.join(self.architectures)}; name each once")
        if self.combinations and len(self.members) < 2:
            raise ErrataError(
                f"{self.combinations[0]} combines the other architectures, and --architectures "
                f"{','.join(self.architectures)} names {len(self.members)}; name at least two beside it"
            )
        checked_name("version", self.version)
        if self.folds < 2:
            raise ErrataError(f"--folds {self.folds} is too few: an out-of-fold prediction needs at least 2")
        if self.cams_per_split < 0 or self.seed < 0:
            raise ErrataError("--seed and --cams must not be negative")
        return replace(self, architectures=self.members + self.combinations)
