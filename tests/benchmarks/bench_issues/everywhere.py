"""The figures of docs/results.md on rankings and learned orders: `python -m tests.benchmarks.bench_issues.everywhere`.

Audits `scenes`, and of the folders in ERRATA_DATA those that are there: roman (each image with a truth by a person) and
cifar10 (human labels and the truth). The command of each part is printed before its tables.
"""

import os
import subprocess
import sys
from pathlib import Path

from curation.audit.choices import FROZEN
from curation.workspace.folders import Workspace

BACKBONES = ",".join((FROZEN, "efficientnet_lite1", "efficientnet_lite2"))
AUDIT = ("app.cli", "audit")
REVIEWS = ("--reviews", "40")  # simulated, for how often the intervals hold the truth
Commands = tuple[tuple[str, ...], ...]  # a module and its arguments
ISSUES, LEARNING, PLANTED = (f"tests.benchmarks.bench_{name}" for name in ("issues", "learning", "planted"))


def main() -> int:
    """Run each part whose data are there; return the exit code of the first that fails."""
    data = Path(os.environ.get("ERRATA_DATA", "data"))
    drawn = str(Workspace.from_environment().root / "data" / "scenes" / "truth.csv")
    roman, cifar = str(data / "roman"), str(data / "cifar10")
    parts: tuple[tuple[str, Commands], ...] = (
        ("", ((*AUDIT, "scenes", "--cams", "0"), (ISSUES, "scenes", drawn), (LEARNING, "scenes", drawn, *REVIEWS))),
        (
            roman,
            (
                (*AUDIT, roman, "--cams", "0"),
                (LEARNING, "roman", f"{roman}/truth.csv"),
                (LEARNING, "roman", f"{roman}/truth.csv", "--half", "1", *REVIEWS),  # nothing was chosen on it
                (f"{ISSUES}.roman",),  # audits the images again, with a network that is fine-tuned
            ),
        ),
        (
            cifar,
            (
                (*AUDIT, "cifar10", "--architectures", BACKBONES, "--cams", "0"),
                (ISSUES, "cifar10", f"{cifar}/train_labels.csv", "clean_label"),
                (LEARNING, "cifar10", f"{cifar}/train_labels.csv", "clean_label", *REVIEWS),
            ),
        ),
        ("", ((PLANTED, "scenes", drawn, "true_label"),)),  # takes longest
    )
    for folder, commands in parts:
        if folder and not Path(folder).is_dir():
            print(f"\nskipped: there is no folder {folder}; ERRATA_DATA is the folder that holds it")
            continue
        for module, *arguments in commands:
            print(f"\npython -m {' '.join((module, *arguments))}", flush=True)
            if code := subprocess.run([sys.executable, "-m", module, *arguments], check=False).returncode:
                return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
