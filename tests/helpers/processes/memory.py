"""The most memory that a process held."""

from pathlib import Path


def peak_bytes(start_anew: bool = False) -> int:
    """Return the most memory of this process since it was asked to start anew; Linux only, elsewhere 0."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    if start_anew:
        Path("/proc/self/clear_refs").write_text("5")
    return 1024 * int(next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM")))
