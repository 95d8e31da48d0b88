"""The import rules: layers, and light modules that start fast."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent
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
    "curation.workspace",
    "curation.rows",
    "curation.catalog",
    "curation.processes",
    "curation.database",
    "curation.guard",
    "curation.app_server",
    "curation.issues",
    "curation.review",
    "curation.decision_log",
    "curation.decision_state",
    "curation.decision_merge",
    "curation.decided_labels",
    "curation.agreement",
    "curation.reviewer_consensus",
    "curation.decision_table",
    "curation.budget",
    "curation.audit_sample",
    "curation.findings",
    "curation.expected_errors",
    "curation.judge",
    "curation.pooling",
    "curation.out_of_scope",
    "curation.kinds",
    "curation.neighbours",
    "curation.class_geometry",
    "curation.confident_joint",
    "curation.reasons",
    "curation.image_problems",
    "app.decisions_cli",
    "app.splits_cli",
    "curation.split_make",
    "curation.duplicates",
    "curation.stages",
    "curation.results",
    "curation.issue_table",
    "curation.datasets",
    "curation.comparison.gate",
    "curation.comparison.job",
    "models.paired",
    "app.compare_cli",
    "curation.names",
    "curation.cam_drawing",
    "curation.run_folders",
    "curation.cleaning",
    "curation.foreign_predictions",
    "curation.cam_files",
    "curation.documents",
    "curation.store",
    "curation.audit",
    "curation.decisions",
    "curation.splits",
    "curation.trained_models",
    "curation.uploads",
    "app.runs_command",
    "app.queue_cli",
    "app.predict_cli",
    "app.report_cli",
    "app.cli",
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
            {"curation/store.py", "curation/app_process.py", "curation/app_caches.py", "curation/review_plugin"},
        ),
        ("streamlit", {"app"}),
        ("torch", {"models", "curation/cam.py"}),
    ],
)
def test_heavy_packages_stay_at_home(package: str, homes: set[str]) -> None:
    """Design, principle 3: one file for each heavy boundary."""
    for path in (path for folder in ("app", "curation", "models") for path in (REPOSITORY / folder).rglob("*.py")):
        name = path.relative_to(REPOSITORY).as_posix()
        if any(name == home or name.startswith(f"{home}/") for home in homes):
            continue
        assert package not in imported(path), name
