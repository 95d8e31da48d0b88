"""`errata doctor`, on this machine and on machines that lack something."""

import shutil
import socket
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from types import SimpleNamespace

import pytest

from app.commands import doctor
from app.commands.doctor import NOTE, OK, PROBLEM, Finding
from models.errors import ErrataError
from tests.helpers import REPOSITORY
from tests.helpers.typed_command import exit_code


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ERRATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("ERRATA_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("FIFTYONE_DATABASE_URI", raising=False)


def test_this_machine_is_looked_at_in_full(capsys: pytest.CaptureFixture[str]) -> None:
    code = exit_code("doctor")
    lines = capsys.readouterr().out.splitlines()
    names = (
        "Errata",
        "Python",
        "torch",
        "torchvision",
        "device",
        "MongoDB",
        "workspace",
        "disk",
        "app port",
        "data: scenes",
    )
    for name in names:
        assert sum(line[9:].startswith(f"{name} ") for line in lines) == 1, name
    assert code == any(line.startswith(PROBLEM) for line in lines)


@pytest.mark.parametrize(("version", "level"), [((3, 10), PROBLEM), ((3, 11), OK), ((3, 13), OK), ((3, 14), PROBLEM)])
def test_python(version: tuple[int, int], level: str) -> None:
    assert [finding.level for finding in doctor.check_python(version)] == [level]


def test_doctor_makefile_and_package_name_the_same_pythons() -> None:
    (_, oldest), (_, newest) = doctor.PYTHONS
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == f">=3.{oldest},<3.{newest + 1}"
    named = {f"Programming Language :: Python :: 3.{minor}" for minor in range(oldest, newest + 1)}
    assert named == {name for name in project["classifiers"] if ":: 3." in name}
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    assert f"(3, {oldest}) <= v <= (3, {newest})" in makefile


@pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")
def test_make_refuses_another_python_before_it_installs_anything(tmp_path: Path) -> None:
    (old := tmp_path / "python").write_text(
        f"#!/bin/sh\nexec {sys.executable} -c 'import sys; sys.version_info = (3, 9, 1); exec(sys.argv[2])' \"$@\"\n"
    )
    old.chmod(0o755)
    command = ["make", "--file", str(REPOSITORY / "Makefile"), "setup", f"PYTHON={old}"]
    for name in ("requirements.lock", "pyproject.toml"):
        (tmp_path / name).touch()
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"Errata needs Python 3.11 to 3.13, and {old} is 3.9: make setup PYTHON=" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = {"torch": "2.9.1+cpu", "torchvision": "0.29.0", "fiftyone": "1.22.1"}

    def version(name: str) -> str:
        if name not in installed:
            raise PackageNotFoundError(name)
        return installed[name]

    monkeypatch.setattr("importlib.metadata.version", version)
    levels = {finding.name: finding.level for finding in doctor.check_packages()}
    assert levels == {"torch": PROBLEM, "torchvision": OK, "fiftyone": OK, "streamlit": PROBLEM}


@pytest.mark.parametrize(("bfloat16", "level"), [(True, OK), (False, NOTE)])
def test_device(monkeypatch: pytest.MonkeyPatch, bfloat16: bool, level: str) -> None:
    monkeypatch.setattr("models.processors.devices.has_bfloat16", lambda device: bfloat16)
    assert doctor.check_device()[0].level == level


def test_mongodb_that_is_missing_or_does_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> Path:
        raise ErrataError("no MongoDB server at here; install it")

    monkeypatch.setattr("curation.database.binary.mongod_path", missing)
    assert Finding("MongoDB", PROBLEM, "no MongoDB server at here; install it") in doctor.examine()
    broken = tmp_path / "mongod"
    broken.write_text("#!/bin/sh\necho libcrypto.so.3 is missing >&2\nexit 127\n")
    broken.chmod(0o755)
    monkeypatch.setattr("curation.database.binary.mongod_path", lambda: broken)
    finding = doctor.check_mongodb()[0]
    assert finding.level == PROBLEM
    assert "libcrypto.so.3 is missing" in finding.text


def test_a_workspace_that_cannot_be_made_and_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1))
    assert [finding.level for finding in doctor.check_workspace()] == [OK, PROBLEM]
    (tmp_path / "file").touch()
    monkeypatch.setenv("ERRATA_HOME", str(tmp_path / "file"))
    findings = [finding for finding in doctor.examine() if finding.name == "workspace"]
    assert [finding.level for finding in findings] == [PROBLEM]
    assert "ERRATA_HOME" in findings[0].text


def test_ports() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        finding = doctor.check_port("app port", port)
        assert finding.level == NOTE
        assert "errata serve --port NUMBER" in finding.text
    assert doctor.check_port("app port", port).level == OK


def test_data_that_is_here_and_data_that_is_not(tmp_path: Path) -> None:
    (tmp_path / "data" / "intel").mkdir(parents=True)
    findings = {finding.name: finding for finding in doctor.check_data()}
    assert findings["data: scenes"].level == OK
    assert findings["data: intel"] == Finding("data: intel", OK, str(tmp_path / "data" / "intel"))
    assert findings["data: cifar10"].level == NOTE
    assert "errata fetch cifar10" in findings["data: cifar10"].text


def test_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert doctor.check_browser()[0].level == NOTE


def test_a_check_that_fails_itself_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "models.processors.devices", None)  # importing it raises
    findings = [finding for finding in doctor.examine() if finding.name == "device"]
    assert [finding.level for finding in findings] == [PROBLEM]
    assert "ImportError" in findings[0].text or "ModuleNotFoundError" in findings[0].text
    assert "\n" not in findings[0].text


def test_the_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    for level, code in ((OK, 0), (NOTE, 0), (PROBLEM, 1)):
        monkeypatch.setattr(doctor, "examine", lambda level=level: [Finding("x", level, "y")])
        assert exit_code("doctor") == code


@pytest.mark.mongo
def test_a_database_past_its_end_of_life_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FIFTYONE_DATABASE_URI", raising=False)
    (finding,) = doctor.check_mongodb()
    assert finding.level == ("note" if finding.text.startswith("6.") else "ok")
    assert ("past its end of life" in finding.text) == finding.text.startswith("6.")
