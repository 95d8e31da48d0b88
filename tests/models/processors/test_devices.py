"""Device and precision."""

import pytest
import torch

from models.processors.devices import default_device, has_bfloat16


def test_the_device_is_there() -> None:
    assert torch.zeros(1, device=default_device()).device.type == default_device()


@pytest.mark.parametrize("known", [{}, {"avx512_bf16": False, "amx_bf16": False}, {"avx512_f": True}])
def test_a_processor_that_would_emulate_bfloat16(monkeypatch: pytest.MonkeyPatch, known: dict[str, bool]) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: known)
    assert not has_bfloat16("cpu")


@pytest.mark.parametrize("known", [{"avx512_bf16": True}, {"avx512_bf16": False, "amx_bf16": True}])
def test_a_processor_with_bfloat16(monkeypatch: pytest.MonkeyPatch, known: dict[str, bool]) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: known)
    assert has_bfloat16("cpu")
    assert not has_bfloat16("mps")
