"""Every recipe on its study's data and on `scenes`: `python -m tests.benchmarks.results --minutes 60`.

Resumable: finished runs are found again, a run under way when the minutes are over goes on the next time.
"""

import argparse
import subprocess
import sys
import time
from dataclasses import dataclass

from curation.reports.training.table import markdown_table, run_table
from curation.results.runs import finished_runs
from curation.workspace.folders import Workspace
from models.files.atomic import write_json, write_text

SOURCE, TARGET = "buildings,forest,sea,street", "glacier,mountain"
THREE = ("--seeds", "3")


@dataclass(frozen=True)
class Job:
    """One line of the table."""

    data: str
    recipe: str
    options: tuple[str, ...] = THREE


_LITE = ("--architecture", "efficientnet_lite0@frozen", *THREE)
JOBS = (
    *(
        Job(data, recipe, options)
        for data in ("intel", "scenes")
        for recipe, options in {
            "landscape-plain": THREE,
            "landscape-residual": THREE,
            "landscape-resnet50-finetune": (),
            "scenes-simple": THREE,
            "scenes-sigmoid": THREE,
            "scenes-tanh": THREE,
            "scenes-norm-dropout": THREE,
            "scenes-resnet50-frozen": THREE,
            "scenes-mobilenet-frozen": THREE,
            "scenes-lite0-frozen": THREE,
            "scenes-ensemble": (),
        }.items()
    ),
    Job("intel-glacier-mountain", "glacier-mountain-vgg16"),
    Job("intel-glacier-mountain", "glacier-mountain-vgg16", _LITE),
    Job("scenes", "glacier-mountain-vgg16", ("--classes", TARGET, *_LITE)),
    *(
        Job(data, recipe)
        for data in ("scenes", "cifar10")
        for recipe in ("cifar-deep", "cifar-deep-bn", "cifar-deep-bn-augmented")
    ),
    *(
        Job(data, recipe, ("--classes", classes, *THREE))
        for data in ("intel", "scenes")
        for recipe, classes in {
            "landmarks-source": SOURCE,
            "landmarks-target": TARGET,
            "landmarks-target-frozen": TARGET,
        }.items()
    ),
)


def main() -> int:
    """Train what is missing until the minutes are over; write the table of what is finished."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60)
    end = time.monotonic() + 60 * parser.parse_args().minutes
    workspace, skipped = Workspace.from_environment(), []
    for job in JOBS:
        left = end - time.monotonic()
        if left < 20:
            skipped.append(f"{job.data} {job.recipe}: the minutes were over")
            continue
        command = [sys.executable, "-m", "app.cli", "train", job.data, "--recipe", job.recipe, *job.options]
        print(f"\n{' '.join(command[3:])}", flush=True)
        running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        try:
            _, errors_text = running.communicate(timeout=left)
        except subprocess.TimeoutExpired:
            running.terminate()  # what it trained so far is kept
            _, errors_text = running.communicate()
        if running.returncode:
            skipped.append(f"{job.data} {job.recipe}: {errors_text.strip().splitlines()[-1]}")
    output = workspace.reports / "results"
    lines = run_table(finished_runs(workspace))
    write_json(output / "runs.json", {"schema_version": 1, "runs": lines})
    write_text(output / "runs.md", markdown_table(lines))
    print(f"\n{markdown_table(lines)}\n" + "\n".join(skipped))
    return 0


if __name__ == "__main__":
    sys.exit(main())
