"""Images as networks take them, made once and kept by content: pixels, features, features of augmented views."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from curation.images.checked_rows import CheckedRows
from curation.workspace.folders import Workspace
from curation.workspace.names import slug
from models.arrays import ByteArray, Features, Progress
from models.images.input_spec import InputSpec
from models.processors.cluster import Cluster

if TYPE_CHECKING:
    from models.networks.classifier import Backbone

VIEWS_SEED = 0  # all seeds of a training share their views, which take most of its time


@dataclass(frozen=True)
class Prepared:
    """The N checked images of a data set, as arrays that networks learn from."""

    workspace: Workspace
    checked: CheckedRows
    engine: str = "auto"  # for frozen features; see models.features.engines
    cluster: Cluster | None = None  # machines that compute; None: this one alone

    def pixels(self, spec: InputSpec, progress: Progress | None = None) -> ByteArray:
        """Return the images at a network's input size, uint8, shape (N, S, S, 3), memory-mapped."""
        from models.images.pixel_cache import pixel_cache

        return pixel_cache(
            self.checked.rows.paths, self.contents, spec.size_px, spec.interpolation, self.workspace.pixels, progress
        )

    def features(
        self, architecture: str, backbone: "Backbone", spec: InputSpec, progress: Progress | None = None
    ) -> Features:
        """Return a backbone's embeddings, shape (N, D), memory-mapped."""
        module = with_stages(architecture, backbone, spec)
        return self._features(architecture, module, spec, progress)[:, : _width(module)]

    def evidence(
        self, architecture: str, backbone: "Backbone", spec: InputSpec, progress: Progress | None = None
    ) -> Features:
        """Return a backbone's embeddings and the outputs of its stages, shape (N, D + E), memory-mapped, from one pass.

        Labels are judged on both; heads learn from the embeddings alone, as the name of the architecture promises.
        """
        return self._features(architecture, with_stages(architecture, backbone, spec), spec, progress)

    def _features(self, architecture: str, module: "Backbone", spec: InputSpec, progress: Progress | None) -> Features:
        from models.features.extract import extract_features

        paths, folder, name = self.checked.rows.paths, self.workspace.features, slug(architecture)[:48]
        return extract_features(name, module, spec, paths, self.contents, folder, self.engine, progress, self.cluster)

    def views(
        self,
        architecture: str,
        backbone: "Backbone",
        spec: InputSpec,
        augmentation: str,
        n_views: int,
        progress: Progress | None = None,
    ) -> Features:
        """Return a backbone's embeddings of V views of each image, shape (V, N, D): the first plain, then augmented."""
        from models.features.views import extract_views

        paths, folder = self.checked.rows.paths, self.workspace.features
        name, module = slug(architecture)[:48], with_stages(architecture, backbone, spec)
        views = extract_views(
            name, module, spec, paths, self.contents, folder, self.engine, augmentation, n_views, VIEWS_SEED, progress
        )
        return views[:, :, : _width(module)]

    @property
    def contents(self) -> list[str]:
        """Keys of the pixels of the N images."""
        return [str(content) for content in self.checked.contents]


def with_stages(architecture: str, backbone: "Backbone", spec: InputSpec) -> "Backbone":
    """Return the backbone with its stages beside its last layer, where the registry names stages."""
    from models.features.backbone_stages import WithStages
    from models.networks.architectures import find_architecture

    stages = find_architecture(architecture).stages
    return WithStages(backbone, stages, spec.size_px) if stages else backbone


def _width(module: "Backbone") -> int | None:
    """Return how many of a module's columns are the embedding; None = all columns."""
    from models.features.backbone_stages import WithStages

    return module.width if isinstance(module, WithStages) else None
