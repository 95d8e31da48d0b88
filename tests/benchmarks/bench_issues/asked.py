"""The audit that a benchmark is asked about on the command line, and the truth of its labels."""

import argparse
from pathlib import Path

import numpy as np
import numpy.typing as npt

from curation.results.audit import Audit, load_audit
from curation.workspace.folders import Workspace
from models.arrays import BoolArray
from tests.benchmarks.figures.score_labels import read_truth


def asked_audit(description: str | None) -> tuple[Audit, npt.NDArray[np.str_], BoolArray]:
    """Return the audit of N images, their true labels ("?" where the table has none), and which labels are wrong.

    Args:
        description: of the benchmark, for --help.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("name")
    parser.add_argument("truth", type=Path)
    parser.add_argument("column", nargs="?", default="true_label")
    asked = parser.parse_args()
    audit = load_audit(Workspace.from_environment(), asked.name)
    truth = read_truth(asked.truth, asked.column)
    true = np.array([truth.get(str(image_id), "?") for image_id in audit.rows.image_ids])
    return audit, true, true != np.array(audit.rows.classes)[audit.rows.labels]
