"""What a measurement or a run of faults was made on."""

import platform
from datetime import date
from importlib.metadata import version
from pathlib import Path

_PACKAGES = ("torch", "fiftyone", "streamlit", "pillow", "numpy")
_CPU = Path("/proc/cpuinfo")
_UNITS = {"amx_tile": "AMX", "avx512f": "AVX-512", "avx512_bf16": "bfloat16"}  # flag of Linux -> name


def processors() -> str:
    """Return the processors and which units for products of matrices they have, as `2 cores of X with AVX-512`."""
    lines = _CPU.read_text().splitlines() if _CPU.exists() else []
    models = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    if not models:
        return platform.processor() or platform.machine()
    flags = next((set(line.split()) for line in lines if line.startswith("flags")), set())
    units = [name for flag, name in _UNITS.items() if flag in flags]
    return f"{len(models)} cores of {models[0]}" + (f" with {', '.join(units)}" if units else "")


def machine() -> str:
    """Return date, processors, system and versions."""
    versions = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    system = f"{platform.system()} {platform.release().split('-')[0]}"
    return f"{date.today().isoformat()} on {processors()}, {system}, Python {platform.python_version()}, {versions}"
