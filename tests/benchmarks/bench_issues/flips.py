"""Whether each image should be seen mirrored as well (test-time augmentation), against one more backbone.

    python -m tests.benchmarks.bench_issues.flips NAME TRUTH.csv [COLUMN]

Features of the mirrored images, averaged with those of the images as they are, cost one more pass of the backbone; so
does a second backbone. All rankings are of the same labels by the same judge; differences are over 20 random halves.
"""

import hashlib
import tempfile
from pathlib import Path

import numpy as np
from PIL import ImageOps

from curation.results.audit import Audit
from curation.scoring.findings import judge_labels
from curation.training.prepared import with_stages
from models.arrays import FloatArray
from models.features.extract import extract_features
from models.images.decode import decode
from models.networks.architectures import find_architecture
from models.networks.variants import parse_variant, pretrained_backbone
from models.processors.blocks import read_rows
from tests.benchmarks.bench_choices import halves, precision
from tests.benchmarks.bench_issues.asked import asked_audit
from tests.benchmarks.bench_issues.sides import evidence


def mirrored_evidence(audit: Audit, name: str) -> FloatArray:
    """Return what a frozen backbone sees in the mirrored images, shape (N, D + E)."""
    variant = parse_variant(name)
    spec = find_architecture(variant.architecture).input
    module = with_stages(variant.architecture, pretrained_backbone(variant), spec)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        paths = [folder / f"{row}.png" for row in range(len(audit.rows.paths))]
        for path, original in zip(paths, audit.rows.paths, strict=True):
            ImageOps.mirror(decode(original)).save(path, compress_level=1)
        keys = [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]
        features = extract_features(name, module, spec, paths, keys, folder / "features", audit.config["engine"])
        return read_rows(features, slice(None))


def quality(audit: Audit, seen: dict[str, FloatArray]) -> FloatArray:
    """Return label quality judged by these backbones alone, shape (N,)."""
    rows, learn = audit.rows, audit.rows.splits == "train"
    return judge_labels(rows.labels, len(rows.classes), learn, audit.duplicates.groups, {}, seen).label_quality


def main() -> None:
    """Print the average precision of each ranking, and what it gains over the first backbone and over all."""
    audit, true, wrong = asked_audit(__doc__)
    names = [voter.name for voter in audit.voters if voter.frozen]
    plain = {name: np.asarray(evidence(audit, name)) for name in names}
    both = {name: np.asarray((own + mirrored_evidence(audit, name)) / 2, np.float32) for name, own in plain.items()}
    sides = {
        names[0]: quality(audit, {names[0]: plain[names[0]]}),
        f"{names[0]}, mirrored too": quality(audit, {names[0]: both[names[0]]}),
        " + ".join(names[:2]): quality(audit, {name: plain[name] for name in names[:2]}),
        "all": quality(audit, plain),
        "all, mirrored too": quality(audit, both),
    }
    rows = np.flatnonzero((audit.rows.splits == "train") & (true != "?"))
    on_halves = {
        side: np.array([precision(wrong, own, half) for half, _ in halves(rows)]) for side, own in sides.items()
    }
    print(f"| | AP, n = {len(rows):,} | more than {names[0]} | more than all |\n|---|---|---|---|")
    for side, own in sides.items():
        gains = (on_halves[side] - on_halves[rival] for rival in (names[0], "all"))
        cells = " | ".join(f"{gain.mean():+.3f} ± {gain.std(ddof=1):.3f}" for gain in gains)
        print(f"| {side} | {precision(wrong, own, rows):.3f} | {cells} |")


if __name__ == "__main__":
    main()
