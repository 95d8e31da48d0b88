"""The disk full at a random write: one sentence, nothing lost, and the same command ends well once there is space."""

from pathlib import Path

import pytest

from tests.faults.full_disk import DECIDE, may_mount, on_small_disk
from tests.helpers.reliability import SEED, record, size

pytestmark = [
    pytest.mark.faults,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(not may_mount(), reason="no small disk can be made here: unshare -Urm mount is not allowed"),
]
LONG = pytest.mark.skipif(size(0, 1) == 0, reason="long: make faults")
OUTCOME = "one sentence; with space again the same command ends with the same files"


@pytest.mark.parametrize(
    ("command", "what"),
    [
        ((DECIDE,), "verdicts"),
        pytest.param(("split", "tiny", "--version", "v2"), "errata split", marks=LONG),
        (("export", "tiny", "--version", "v1", "--output", "PLACE/home/exported"), "errata export"),
        pytest.param(
            ("apply", "PLACE/home/sheet.json", "PLACE/home/data/tiny", "--output", "PLACE/home/done"),
            "errata apply",
            marks=LONG,
        ),
    ],
)
def test_a_full_disk(tmp_path: Path, command: tuple[str, ...], what: str) -> None:
    print(f"ERRATA_SEED={SEED}")
    met = int(on_small_disk(tmp_path / "disk", 32, size(2, 40), SEED, *command))
    record("Faults", f"the disk full at a random write of {what}", met, OUTCOME)


@pytest.mark.mongo
@pytest.mark.skipif(size(0, 1) == 0, reason="long: tests/app/commands/test_audit.py fills the disk at two writes")
def test_a_full_disk_in_an_audit(tmp_path: Path) -> None:
    """The database dies of it, too."""
    print(f"ERRATA_SEED={SEED}")
    shape = ("--architectures", "simple_cnn_norm_dropout", "--folds", "2", "--cams", "1")
    met = int(on_small_disk(tmp_path / "disk", 600, size(0, 6), SEED, "audit", "PLACE/few", *shape))
    record("Faults", "the disk full at a random write of an audit or of its database", met, OUTCOME)
