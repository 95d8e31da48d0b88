"""The command line on bad input: one sentence on stderr, exit code 2, no traceback, nothing computed lost."""

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from curation.database.start import stop_database
from curation.datasets.opening import open_dataset
from curation.workspace.folders import Workspace
from models.errors import ErrataError
from tests.helpers import REPOSITORY
from tests.helpers.drawn_folder import CLASSES, draw, draw_folder
from tests.helpers.errata_process import errata
from tests.helpers.small_audit import small_audit
from tests.helpers.typed_command import exit_code


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ERRATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ERRATA_DATA", str(tmp_path / "data"))
    return tmp_path / "home"


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_folder(tmp_path_factory.mktemp("pictures") / "few", train=4, test=2)


Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command in this process and return exit code, output and errors."""

    def command(*arguments: str) -> tuple[int, str, str]:
        code = exit_code(*arguments)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return command


def sentence(result: tuple[int, str, str]) -> str:
    """Return the one sentence of a refused command."""
    code, output, errors = result
    assert code == 2, errors
    assert "Traceback" not in output + errors
    lines = [line for line in errors.splitlines() if line.startswith("errata: ")]
    assert len(lines) == 1, errors
    assert errors.rstrip("\n").splitlines()[-1] == lines[0], "the sentence comes last"
    return lines[0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["audti"], "No such command 'audti'"),
        (["audit"], "Missing argument 'name'; see `errata audit --help`"),
        (["audit", "scenes", "--fold", "3"], "No such option"),
        (["audit", "scenes", "--folds", "many"], "'--folds'.*should be a valid integer"),
        (["audit", "scenes", "--seed", "-1"], "'--seed'.*should be greater than or equal to 0"),
        (["audit", "scenes", "--folds", "1"], "--folds 1 is too few"),
        (["audit", "scenes", "--cams", "-1"], "must not be negative"),
        (["audit", "scnes"], r"no data set 'scnes'; did you mean 'scenes'\? \(choices: .*intel"),
        (
            ["audit", "scenes", "--architectures", "simple_cmn"],
            "no architecture 'simple_cmn'; did you mean 'simple_cnn'",
        ),
        (["audit", "scenes", "--architectures", " , "], "no architecture is named"),
        (["audit", "scenes", "--architectures", "efficientnet_lite0,efficientnet_lite0"], "is named twice"),
        (["audit", "scenes", "--version", "v1"], r"no version of the labels 'v1' \(choices: original\)"),
        (
            ["audit", "scenes", "--engine", "tensorrt"],
            r"no engine 'tensorrt' \(choices: auto, compile, eager, openvino, torch\)",
        ),
        (["audit", "intel"], "data set 'intel' is not at .*data/intel: run `errata fetch intel`, or set ERRATA_DATA"),
        (["audit", "./nowhere"], "no image folder or CSV at .*/nowhere"),
        (["audit", "nowhere.csv"], "no image folder or CSV at .*nowhere.csv"),
        (["issues", "scnes"], "no data set 'scnes'; did you mean 'scenes'"),
        (["issues", "scenes"], "'scenes' has no finished audit; run `errata audit scenes`"),
        (["issues", "scenes", "--version", "v1"], "no version of the labels 'v1'"),
        (["review", "scenes"], "'scenes' has no finished audit"),
        (["review", "scenes", "--port", "70000"], "'--port'.*should be less than or equal to 65535"),
        (["rebuild", "scenes"], "'scenes' has no finished audit"),
        (["fetch", "nothing"], "no data set 'nothing'"),
    ],
)
def test_a_wrong_command_is_one_sentence(run: Run, arguments: list[str], message: str) -> None:
    assert re.search(message, sentence(run(*arguments)))


def test_splits_of_an_audited_data_set(run: Run, home: Path) -> None:
    small_audit(Workspace(home), cams=0)
    assert "no split 'tset'; did you mean 'test'?" in sentence(run("issues", "tiny", "--split", "tset"))
    assert "'tiny' has no val images; its splits: test, train" in sentence(run("issues", "tiny", "--split", "val"))
    assert "no split 'tset'" in sentence(run("review", "tiny", "--split", "tset"))
    assert "no audited data set 'tinny'" in sentence(run("issues", "tinny"))


def test_issues_go_to_the_screen_or_a_file(run: Run, home: Path, tmp_path: Path) -> None:
    small_audit(Workspace(home), cams=0)
    code, output, _ = run("issues", "tiny", "--split", "test")
    assert code == 0
    lines = output.splitlines()
    assert lines[0] == "image_id,split,label,suggested_label,label_quality,rank"
    assert len(lines) == 13
    code, nothing, _ = run("issues", "tiny", "--split", "test", "--csv", str(tmp_path / "a" / "b.csv"))
    assert (code, nothing) == (0, "")
    assert (tmp_path / "a" / "b.csv").read_text() == output


def test_issues_into_a_file_that_cannot_be_written(run: Run, home: Path, tmp_path: Path) -> None:
    small_audit(Workspace(home), cams=0)
    (tmp_path / "file").touch()
    assert "cannot write" in sentence(run("issues", "tiny", "--csv", str(tmp_path / "file" / "b.csv")))
    assert "cannot write" in sentence(run("issues", "tiny", "--csv", str(tmp_path)))


def test_help_and_no_arguments(run: Run) -> None:
    for arguments in ((), ("--help",)):
        code, output, _ = run(*arguments)
        assert code == 0
        assert {"audit", "issues", "review", "rebuild", "fetch", "doctor", "stop"} <= set(output.split())


def test_ctrl_c_says_that_the_command_can_go_on(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("curation.results.audit.load_audit", interrupted)
    monkeypatch.setattr("curation.datasets.opening.audited_name", lambda name, _: name)
    code, _, errors = run("issues", "scenes")
    assert code == 130
    assert errors == "errata: stopped; the same command goes on where it was\n"


def test_a_workspace_that_is_a_file(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("ERRATA_HOME", str(tmp_path / "file"))
    assert f"cannot make the workspace {tmp_path}/file: File exists; set ERRATA_HOME" in sentence(
        run("issues", "scenes")
    )


@pytest.fixture
def nobody(run: Run) -> Iterator[None]:
    """Run as a user without rights, for root may write anywhere; who cannot read Python's own files cannot import."""
    if os.geteuid() != 0:
        yield
        return
    for arguments in (("issues", "scenes"), ("audit", "scenes", "--folds", "1")):
        run(*arguments)  # imports what the tests below need
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_workspace_without_permission(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, nobody: None
) -> None:
    monkeypatch.setenv("ERRATA_HOME", "/errata-test-of-permissions")
    assert "cannot make the workspace /errata-test-of-permissions: Permission denied" in sentence(
        run("issues", "scenes")
    )


def test_a_full_disk(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_audit(Workspace(home), cams=0)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "/somewhere/file")

    monkeypatch.setattr("curation.results.issue_table.write_text", full)
    refusal = sentence(run("issues", "tiny", "--csv", "a.csv"))
    assert "cannot use /somewhere/file: No space left on device" in refusal


# --- audits of bad data: refused before any model is trained -------------------------------------------------------


def write_folder(root: Path, counts: dict[str, int], broken: int = 0) -> Path:
    """Draw some images of each class into class folders; the first `broken` of them are cut off."""
    for label, count in counts.items():
        folder = root / "train" / label
        folder.mkdir(parents=True)
        for i in range(count):
            path = folder / f"{i}.png"
            draw(CLASSES[len(label) % 4], i).save(path)
            if i < broken:
                path.write_bytes(path.read_bytes()[:300])
    return root


def test_one_class_only(run: Run, tmp_path: Path) -> None:
    assert "has only one class (cat)" in sentence(run("audit", str(write_folder(tmp_path / "d", {"cat": 4}))))


def test_an_empty_class_folder(run: Run, tmp_path: Path) -> None:
    root = write_folder(tmp_path / "d", {"cat": 4, "dog": 4, "bird": 0})
    assert "d/train/bird has no image" in sentence(run("audit", str(root)))


def test_fewer_images_than_folds(run: Run, tmp_path: Path) -> None:
    root = write_folder(tmp_path / "d", {"cat": 6, "horse": 3})
    refusal = sentence(run("audit", str(root), "--folds", "4"))
    assert (
        "class 'horse' has 3 distinct training images (3 files) and cannot be spread over 4 folds; use --folds 3"
        in refusal
    )


def test_no_image_can_be_read(run: Run, tmp_path: Path) -> None:
    root = write_folder(tmp_path / "d", {"cat": 2, "horse": 2}, broken=2)
    assert "no readable training image after 4 unreadable files were left out, the first because" in sentence(
        run("audit", str(root))
    )


def test_one_class_is_left_after_unreadable_files(run: Run, tmp_path: Path) -> None:
    root = write_folder(tmp_path / "d", {"cat": 2, "horse": 5}, broken=2)
    assert "training images of one class only after 4 unreadable files" in sentence(run("audit", str(root)))


def test_a_folder_without_permission(run: Run, tmp_path: Path, nobody: None) -> None:
    os.seteuid(os.getuid())  # as the owner, while the folders are made
    root = write_folder(tmp_path / "d", {"cat": 2, "horse": 2})
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    above = [folder for folder in tmp_path.parents if folder.name.startswith(("pytest-", "popen-"))]
    for folder in [*above, tmp_path, root]:
        folder.chmod(0o755)
    home.chmod(0o777)
    (root / "train" / "cat").chmod(0)
    if os.getuid() == 0:
        os.seteuid(65534)
    try:
        assert "cannot read" in (refusal := sentence(run("audit", str(root))))
        assert "Permission denied" in refusal
    finally:
        os.seteuid(os.getuid())
        (root / "train" / "cat").chmod(0o755)


def predictions_for(pictures: Path, home: Path) -> dict[str, np.ndarray]:
    """Return sound predictions for the pictures: nearly certain of the given label."""
    _, rows = open_dataset(str(pictures), Workspace(home), 0)
    probs = np.full((len(rows), len(rows.classes)), 0.02, np.float32)
    probs[np.arange(len(rows)), rows.labels] = 1 - 0.02 * (len(rows.classes) - 1)
    return {"image_ids": rows.image_ids, "probs": probs}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("missing", "no predictions file at"),
        ("nan", "NaN"),
        ("logits", "give probabilities, not logits"),
        ("absent", "no prediction for 1 of"),
        ("twice", "names an image twice"),
        ("classes", "has the classes a, b, c, d; the data set has checks, dots, stripes, waves"),
        ("text", "neither .npz nor .csv"),
    ],
)
def test_predictions_that_do_not_fit(
    run: Run, home: Path, pictures: Path, tmp_path: Path, change: str, message: str
) -> None:
    arrays = predictions_for(pictures, home)
    path = tmp_path / ("p.txt" if change == "text" else "p.npz")
    if change == "nan":
        arrays["probs"][3, 1] = np.nan
    elif change == "logits":
        arrays["probs"] = arrays["probs"] * 9 - 4
    elif change == "absent":
        arrays = {name: array[1:] for name, array in arrays.items()}
    elif change == "twice":
        arrays["image_ids"][1] = arrays["image_ids"][0]
    elif change == "classes":
        arrays["classes"] = np.array(["a", "b", "c", "d"])
    if change == "text":
        path.touch()
    elif change != "missing":
        np.savez(path, **arrays)  # type: ignore[arg-type]
    assert message in sentence(run("audit", str(pictures), "--predictions", str(path)))


@pytest.mark.mongo
def test_predictions_without_folds_are_audited_and_called_in_sample(home: Path, pictures: Path, tmp_path: Path) -> None:
    np.savez(tmp_path / "mine.npz", **predictions_for(pictures, home))  # type: ignore[arg-type]
    try:  # in a process of its own: FiftyOne keeps to the first database it meets
        code, output, errors = errata(home, "audit", str(pictures), "--predictions", str(tmp_path / "mine.npz"))
    finally:
        stop_database(Workspace(home))
    assert code == 0, errors
    assert "model_mine" in output
    assert "IN-SAMPLE: flatters the given labels" in output
    assert "fold models" not in output
    assert "skipped 1 files" in output


def test_mongodb_missing_costs_nothing_that_was_computed(
    run: Run, home: Path, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> Path:
        raise ErrataError("no MongoDB server at /somewhere; install it")

    monkeypatch.setattr("curation.database.start.mongod_path", missing)
    np.savez(tmp_path / "mine.npz", **predictions_for(pictures, home))  # type: ignore[arg-type]
    refusal = sentence(run("audit", str(pictures), "--predictions", str(tmp_path / "mine.npz")))
    assert "no MongoDB server" in refusal
    code, output, _ = run("issues", str(pictures))
    assert code == 0
    assert len(output.splitlines()) > 20


# --- limits of the machine ----------------------------------------------------------------------------------------


@pytest.mark.mongo
@pytest.mark.parametrize(
    "limit",
    [
        40_000,  # met by the cached pixels
        300_000,  # met by the checkpoints
    ],
)
def test_on_a_full_disk_one_sentence_and_then_the_next_run_finishes(home: Path, pictures: Path, limit: int) -> None:
    arguments = ["audit", str(pictures), "--architectures", "simple_cnn_norm_dropout", "--folds", "2", "--cams", "1"]
    try:
        refusal = sentence(errata(home, *arguments, largest_file=limit))
        assert "cannot write" in refusal
        assert not list((home / "runs").rglob(".*")), "no half-written file is left"
        code, _, errors = errata(home, *arguments)
        assert code == 0, errors
    finally:
        stop_database(Workspace(home))


# --- start --------------------------------------------------------------------------------------------------------

HEAVY = [
    "torch",
    "fiftyone",
    "sklearn",
    "cleanlab",
    "umap",
    "pandas",
    "scipy",
    "cv2",
    "streamlit",
    "matplotlib",
    "pymongo",
    "PIL",
]


def test_the_list_of_commands_cuts_no_sentence_at_80_columns(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    code, output, _ = run("--help")
    commands = output.split("Commands:")[1].splitlines()[1:]
    assert code == 0
    assert len(commands) > 20
    assert [line for line in commands if "..." in line] == []


def test_the_version_is_that_of_the_project(run: Run) -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    assert run("--version")[:2] == (0, f"errata {project['version']}\n")


@pytest.mark.parametrize(
    ("arguments", "heavy"),
    [
        (["--help"], [*HEAVY, "numpy", "psutil", "yaml", "rich", "http"]),  # each would lengthen every start
        (["issues", "tiny"], HEAVY),
    ],
)
def test_light_commands_import_nothing_heavy(home: Path, arguments: list[str], heavy: list[str]) -> None:
    small_audit(Workspace(home), cams=0)
    program = (
        "import sys; from app.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"loaded = sorted(set({heavy!r}) & set(sys.modules)); print(loaded, file=sys.stderr)"
    )
    done = python("-c", program, *arguments)
    assert done.returncode == 0
    assert done.stderr.splitlines()[-1] == "[]"


def python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], cwd=REPOSITORY, capture_output=True, text=True, check=False)
