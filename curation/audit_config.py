"""What an audit is asked to do."""

from dataclasses import dataclass

from curation.results import checked_version
from models.errors import ErrataError, unknown

DEFAULT_ARCHITECTURES = ("efficientnet_lite0", "simple_cnn_norm_dropout")


@dataclass(frozen=True)
class AuditConfig:
    """What an audit is asked to do."""

    architectures: tuple[str, ...] = DEFAULT_ARCHITECTURES
    folds: int = 5
    seed: int = 0
    cams_per_split: int = 50  # most suspicious images whose Grad-CAM maps are drawn
    engine: str = "auto"  # for frozen features; see models.engines
    version: str = "original"  # of the labels
    predictions: str = ""  # where those of a model trained elsewhere are read from; nothing is trained then

    def checked(self) -> "AuditConfig":
        """Return the config.

        Raises:
            ErrataError: an unknown architecture, version or engine, an architecture named twice, too few folds, or
                a negative number.
        """
        from models.engines import ENGINES
        from models.variants import parse_variant

        if not self.architectures:
            raise ErrataError("no architecture is named; give at least one with --architectures")
        for name in self.architectures:
            parse_variant(name)
        if len(set(self.architectures)) < len(self.architectures):
            raise ErrataError(f"an architecture is named twice in {','.join(self.architectures)}; name each once")
        checked_version(self.version)
        if self.engine not in ("auto", *ENGINES):
            raise unknown("engine", self.engine, ("auto", *ENGINES))
        if self.folds < 2:
            raise ErrataError(f"--folds {self.folds} is too few: an out-of-fold prediction needs at least 2")
        if self.cams_per_split < 0 or self.seed < 0:
            raise ErrataError("--seed and --cams must not be negative")
        return self
