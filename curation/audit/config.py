"""What an audit is asked to do."""

import math
from dataclasses import dataclass, replace

from curation.audit.choices import DEFAULT_MINUTES, FROZEN, SMALL
from curation.training.combine import COMBINATIONS
from curation.workspace.names import ORIGINAL
from models.errors import ErrataError, unknown
from models.figures.folds import DEFAULT_FOLDS
from models.files.atomic import checked_name

DEFAULT_ARCHITECTURES = (FROZEN, SMALL)
AUTO = "auto"  # in place of architectures: the audit chooses them


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
    minutes: float | None = None  # budget of an audit that chooses its architectures; None with named ones
    fiftyone_limit: int = 100_000  # images that FiftyOne gets at most; 0 = all
    with_decisions: bool = False  # the judge of the given labels learns from the verdicts on them

    @property
    def auto(self) -> bool:
        """Whether the audit chooses its architectures."""
        return AUTO in self.architectures

    @property
    def members(self) -> tuple[str, ...]:
        """The architectures that are trained, which `ensemble` and `average` combine; none before they are chosen."""
        return tuple(name for name in self.architectures if name not in (*COMBINATIONS, AUTO))

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
            ErrataError: no architecture, one named twice, nothing to combine, too few folds, a negative number, a
                budget that is no time or limits nothing, or verdicts for a version.
        """
        if not self.architectures:
            raise ErrataError("no architecture is named; give at least one with --architectures")
        if len(set(self.architectures)) < len(self.architectures):
            raise ErrataError(f"an architecture is named twice in {','.join(self.architectures)}; name each once")
        if self.auto and len(self.architectures) > 1:
            raise ErrataError(
                f"--architectures {','.join(self.architectures)}: auto chooses the architectures itself; "
                "name it alone, or name those that you want"
            )
        if self.combinations and len(self.members) < 2:
            raise ErrataError(
                f"{self.combinations[0]} combines the other architectures, and --architectures "
                f"{','.join(self.architectures)} names {len(self.members)}; name at least two beside it"
            )
        checked_name("version", self.version)
        self._check_labels()
        if self.folds < 2:
            raise ErrataError(f"--folds {self.folds} is too few: an out-of-fold prediction needs at least 2")
        if self.cams_per_split < 0 or self.seed < 0 or self.fiftyone_limit < 0:
            raise ErrataError("--seed, --cams and --fiftyone-limit must not be negative")
        if self.auto:
            return self._with_budget()
        if self.minutes is not None:
            why = "with --predictions nothing is trained" if self.predictions else "named architectures all vote"
            raise ErrataError(f"--minutes is the budget of --architectures auto, and {why}; leave it out")
        return replace(self, architectures=self.members + self.combinations)

    def _with_budget(self) -> "AuditConfig":
        """Return the config of an audit that chooses its architectures, with its minutes."""
        if self.predictions:
            raise ErrataError("with --predictions nothing is trained; leave --architectures auto out")
        minutes = DEFAULT_MINUTES if self.minutes is None else self.minutes
        if not (math.isfinite(minutes) and minutes > 0):
            raise ErrataError(f"--minutes {minutes:g} leaves no time for an audit; give a number above 0")
        return replace(self, minutes=float(minutes))

    def _check_labels(self) -> None:
        if self.with_decisions and self.version != ORIGINAL:
            raise ErrataError(
                f"--with-decisions judges the labels as given, and version {self.version!r} holds its verdicts "
                "already: leave one of --with-decisions and --version out"
            )
