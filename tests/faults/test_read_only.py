"""Every command on a workspace that cannot be written: one sentence, and the exit code of a refusal."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli import COMMANDS
from tests.faults.full_disk import may_mount
from tests.helpers import REPOSITORY
from tests.helpers.reliability import record

# What a command needs beside its name. Those without say something about this machine; `apply` writes
# to a folder of the person.
ARGUMENTS: dict[str, list[str]] = {
    "export": ["digits", "--version", "v1", "--format", "csv", "--output", "out"],
    "split": ["digits", "--version", "v1"],
    "sheet": ["digits", "--version", "v1"],
    "diff": ["digits", "v1", "v2"],
    "predict": ["digits", "README.md"],
    "draw": ["digits", "x.png"],
    **{name: [] for name in ("serve", "stop", "runs", "clean", "queue")},
}
WITHOUT = {"doctor", "architectures", "recipes", "licences", "apply"}

PROGRAM = """
import json, sys
from tests.helpers.typed_command import exit_code
for name, *arguments in json.loads(sys.argv[1]):
    print(f"== {name}", file=sys.stderr, flush=True)
    print(f"-- {exit_code(name, *arguments)}", file=sys.stderr, flush=True)
"""


@pytest.mark.faults
@pytest.mark.skipif(
    not may_mount(),
    reason="nothing can be mounted here",
)
def test_every_command_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "workspace"
    folder.mkdir()
    monkeypatch.setenv("ERRATA_HOME", str(folder))
    names = [command.__name__.strip("_").replace("_", "-") for command in COMMANDS]
    typed = [[name, *ARGUMENTS.get(name, ["digits"])] for name in names if name not in WITHOUT]
    mount = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
    command = ["unshare", "-Urm", "sh", "-c", mount, str(folder), sys.executable, "-c", PROGRAM, json.dumps(typed)]
    run = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=200)
    parts = [part.splitlines() for part in run.stderr.split("== ")[1:]]
    assert [part[0] for part in parts] == [name for name, *_ in typed], run.stderr
    for name, *said, code in parts:
        assert code == "-- 2", (name, said, code)
        assert [line.partition(f" {folder}")[0] for line in said] == ["errata: no permission to write the workspace"], (
            name,
            said,
        )
    record("Faults", "a read-only workspace, every command", len(typed), "one sentence, exit 2")
