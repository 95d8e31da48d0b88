"""Features by shards, on workers of a cluster: a shard of images in, a file named by its content out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import nn

from models.arrays import Features, IntArray
from models.errors import ErrataError
from models.features.decode_and_run import features_of, single_threaded
from models.features.engines import Precision, build_engine
from models.features.kept import Kept, as_kept
from models.files.shards import read_shard, shard_file, write_shard
from models.files.temporary import private_temporary_folder
from models.images.input_spec import InputSpec
from models.processors.cluster import Cluster
from models.processors.devices import default_device

SHARDS = ".shards"  # beside the arrays of the same backbone; a shard is there until its rows are in the array
TRIES = 3  # of a shard whose file cannot be read here after it was written
BATCHES = 16  # of a shard: seconds of work, so that a lost machine loses little; whole batches, as on one machine


@dataclass(frozen=True)
class BackboneSetup:
    """What a worker needs to compute features."""

    module: nn.Module
    spec: InputSpec
    engine: str  # one of `ENGINES`, for processors; GPUs have one
    precision: Precision  # that the features kept so far are computed in
    kept: Kept  # what they are kept in
    folder: Path  # of converted models
    threads: int


@dataclass(frozen=True)
class ImageShard:
    """Some images, and the file of their features; no file: the features are returned."""

    paths: tuple[Path, ...]
    contents: tuple[str, ...]
    file: Path | None

    def kept(self) -> Features | None:
        """Return the features that the file holds; None where they have to be computed."""
        return None if self.file is None else read_shard(self.file, self.contents)

    def forget(self) -> None:
        """Remove the file: its rows are in the array."""
        if self.file is not None:
            self.file.unlink(missing_ok=True)


def feature_worker(setup: BackboneSetup) -> Callable[[ImageShard], Features | None]:
    """Return what computes the features of a shard: the backbone is built once for all shards of the process.

    Raises:
        ErrataError: this machine computes in another precision.
    """
    device = default_device()
    name = setup.engine if device == "cpu" else "torch"
    folder = setup.folder if setup.folder.is_dir() else private_temporary_folder() / "converted"
    with single_threaded():  # as on one machine: what is prepared depends on it too
        engine = build_engine(name, setup.module, setup.spec, device, folder, setup.precision)
    if engine.precision != setup.precision:
        raise ErrataError(
            f"it computes in {engine.precision} and the machine that asks in {setup.precision}; "
            "take --engine eager, which is float32 everywhere"
        )

    def work(shard: ImageShard) -> Features | None:
        with single_threaded():
            computed = features_of(engine.run, shard.paths, setup.spec, device, shard.contents, setup.threads)
        rows = as_kept(computed, setup.kept)
        if shard.file is None:
            return rows
        write_shard(shard.file, shard.contents, rows)
        return None

    return work


def features_by_shards(
    cluster: Cluster,
    setup: BackboneSetup,
    paths: Sequence[Path],
    contents: Sequence[str],
    folder: Path,
    blocks: Sequence[IntArray],
) -> Iterator[tuple[int, Features]]:
    """Yield the place and the features of every block as workers finish them, those of an earlier run first.

    The caller has put the features of a block on disk when it asks for the next.

    Args:
        cluster: does the work.
        setup: the backbone.
        paths: N image files.
        contents: their keys, length N.
        folder: of the features.
        blocks: positions of the images of each shard.

    Raises:
        ErrataError: what a worker wrote cannot be read here.
    """
    shards, waiting = [_shard(cluster, paths, contents, folder, block) for block in blocks], []
    for place, shard in enumerate(shards):
        if (rows := shard.kept()) is None:
            waiting.append(place)
        else:
            yield place, rows
            shard.forget()
    for _ in range(TRIES):  # a file that was damaged on its way is made again
        again = []
        for done, made in cluster.results(feature_worker, setup, [shards[place] for place in waiting]):
            place = waiting[done]
            if (rows := shards[place].kept() if made is None else made) is None:
                again.append(place)
                continue
            yield place, rows
            shards[place].forget()
        waiting = again
    if waiting:
        raise ErrataError(
            f"{shards[waiting[0]].file} cannot be read here after a worker wrote it; see to the folder that the "
            "machines share, or give them workspaces of their own"
        )


def _shard(
    cluster: Cluster, paths: Sequence[Path], contents: Sequence[str], folder: Path, block: IntArray
) -> ImageShard:
    rows = block.tolist()
    keys = tuple(contents[row] for row in rows)
    file = shard_file(folder / SHARDS, keys) if cluster.shares_workspace else None
    return ImageShard(tuple(paths[row] for row in rows), keys, file)
