"""The command line as a whole: one sentence and exit code 2 on bad input, a light start, the help."""

import re
import signal
import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest

from app import cli as cli_module
from curation.workspace.folders import Workspace
from tests.helpers import REPOSITORY
from tests.helpers.small_audit import small_audit
from tests.helpers.typed_command import Run, refusal


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["audti"], "No such command 'audti'"),
        (["audit"], "Missing argument 'NAME'; see `errata audit --help`"),
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
    assert re.search(message, refusal(run(*arguments)))


def test_help_and_no_arguments_list_the_commands(run: Run) -> None:
    for arguments in ((), ("--help",)):
        code, output, _ = run(*arguments)
        assert code == 0
        lines = output.split("Commands:")[1].splitlines()
        assert " ".join(line.split()[0] for line in lines if line.strip()) == (
            "audit issues review sync draw rebuild fetch serve stop cancel runs clean doctor train architectures "
            "recipes decisions split splits diff sheet apply export selections compare check queue predict report"
        )


def test_ctrl_c_says_that_the_command_can_go_on(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("curation.results.audit.load_audit", interrupted)
    monkeypatch.setattr("curation.datasets.opening.audited_name", lambda name, _: name)
    code, _, errors = run("issues", "scenes")
    assert code == 130
    assert errors == "errata: stopped; run the same command again; it continues where it stopped\n"


def test_a_workspace_that_is_a_file(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("ERRATA_HOME", str(tmp_path / "file"))
    assert f"cannot make the workspace {tmp_path}/file: File exists; set ERRATA_HOME" in refusal(
        run("issues", "scenes")
    )


def test_a_workspace_without_permission(run: Run, monkeypatch: pytest.MonkeyPatch, nobody: Path) -> None:
    nobody.chmod(0o500)
    monkeypatch.setenv("ERRATA_HOME", str(nobody / "home"))
    assert f"cannot make the workspace {nobody}/home: Permission denied" in refusal(run("issues", "scenes"))


def test_a_full_disk(run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_audit(Workspace(home), cams=0)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "/somewhere/file")

    monkeypatch.setattr("app.commands.issues.write_csv_for_people", full)
    text = refusal(run("issues", "tiny", "--csv", "a.csv"))
    assert "cannot use /somewhere/file: No space left on device" in text


def test_a_full_disk_that_a_library_tells_in_its_own_words(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_audit(Workspace(home), cams=0)
    error, free = RuntimeError("writer failed"), 2 << 20

    def full(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("app.commands.issues.write_csv_for_people", full)
    monkeypatch.setattr("app.commands.arguments.disk_usage", lambda _: SimpleNamespace(free=free))
    with pytest.raises(RuntimeError, match="writer failed"):  # a bug stays one
        run("issues", "tiny", "--csv", "a.csv")
    free = 2 << 10
    sentence = "the disk is full (writer failed); free some space and run the same command again"
    assert sentence in refusal(run("issues", "tiny", "--csv", "a.csv"))
    free, error.__cause__ = 2 << 20, OSError(28, "No space left on device")
    assert sentence in refusal(run("issues", "tiny", "--csv", "a.csv"))


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


def test_ctrl_c_while_python_ends_does_nothing_and_before_that_says_how_to_continue(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted: list[object] = []
    monkeypatch.setattr(cli_module, "cli", lambda *arguments, **settings: None)
    monkeypatch.setattr("app.cli.signal.signal", lambda *handler: noted.append(handler))
    assert run("runs")[0] == 0
    assert noted[0] == (signal.SIGINT, signal.SIG_IGN)

    def stopped(*arguments: object, **settings: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli_module, "cli", stopped)
    code, output, errors = run("runs")
    assert (code, output) == (130, "")
    assert errors.startswith("errata: stopped; run the same command again")


@pytest.mark.parametrize("loading", ["app.cli", "typer", "app.commands.audit"])
def test_ctrl_c_while_the_command_loads_is_a_sentence(loading: str) -> None:
    program = (
        "import os, signal, sys\n"
        "class Interrupts:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == {loading!r}: os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Interrupts())\n"
        "from app.entry import main; main()"
    )
    done = python("-c", program, "--version")
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "errata: stopped; run the same command again; it continues where it stopped\n"


def test_ctrl_c_that_is_ignored_stays_ignored() -> None:
    program = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); from app.entry import main; main()"
    assert python("-c", program, "--version").stdout.startswith("errata ")
