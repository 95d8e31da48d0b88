"""The network a training starts from: its architecture, its input, and where its weights come from."""

from dataclasses import dataclass
from pathlib import Path

from models.errors import ErrataError
from models.images.input_spec import InputSpec
from models.networks.checkpoint import load_checkpoint
from models.networks.classifier import Classifier
from models.networks.variant_name import Mode
from models.networks.variants import Variant, build_classifier


@dataclass(frozen=True)
class Network:
    """What a training starts from."""

    architecture: str
    mode: Mode
    spec: InputSpec
    weights: Path | None = None  # a local file with the pretrained backbone
    init_from: Path | None = None  # a checkpoint whose backbone it takes over

    def build(self, n_classes: int) -> Classifier:
        """Return the classifier; random weights are drawn from torch's global generator.

        Raises:
            ErrataError: pretrained weights cannot be had, or the checkpoint is of another backbone.
        """
        if self.init_from is None:
            variant = Variant(self.architecture, self.mode)
            return build_classifier(variant, n_classes, self.spec.size_px, self.weights)
        source, info = load_checkpoint(self.init_from)
        source_spec = info.input or self.spec
        if (info.architecture, source_spec.size_px) != (self.architecture, self.spec.size_px):
            raise ErrataError(
                f"{self.init_from.parent.name} is {info.architecture} at {source_spec.size_px} px and cannot start "
                f"{self.architecture} at {self.spec.size_px} px; name the same --architecture and --size"
            )
        classifier = build_classifier(Variant(self.architecture, "scratch"), n_classes, self.spec.size_px)
        classifier.backbone.load_state_dict(source.backbone.state_dict())
        return classifier

    @property
    def stored(self) -> Mode:
        """How its checkpoint is stored: whole, unless the frozen backbone can be had again from its source."""
        elsewhere = self.weights is not None or self.init_from is not None
        return "scratch" if self.init_from is not None else "finetuned" if elsewhere else self.mode
