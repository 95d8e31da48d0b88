"""The device that computes here, and its precision."""

import torch


def default_device() -> str:
    """Return the fastest device of this machine: "cuda", "mps" or "cpu"."""
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def has_bfloat16(device: str) -> bool:
    """Return whether the device multiplies bfloat16 in hardware; elsewhere it is emulated, and slower than float32."""
    if device == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    known = torch.cpu.get_capabilities() if device == "cpu" else {}
    return bool(known.get("amx_bf16") or known.get("avx512_bf16"))
