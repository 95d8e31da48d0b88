"""Devices and precision to train with, through Lightning Fabric."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from lightning.fabric import Fabric

from models.devices import default_device, has_bfloat16


def make_fabric(precision: str = "auto") -> Fabric:
    """Return the device and the precision to train with.

    Under torchrun every process takes a device of its own and they train one network together.

    Args:
        precision: "float32", "bfloat16", or "auto": bfloat16 where the device computes in it, else float32.
    """
    device = default_device()
    half = has_bfloat16(device) if precision == "auto" else precision == "bfloat16"
    fabric = Fabric(
        accelerator=device,
        strategy="ddp" if together() else "auto",
        devices=int(os.environ["LOCAL_WORLD_SIZE"]) if together() else 1,
        num_nodes=int(os.environ["WORLD_SIZE"]) // int(os.environ["LOCAL_WORLD_SIZE"]) if together() else 1,
        precision="bf16-mixed" if half else "32-true",
    )
    if together():
        fabric.launch()
    return fabric


def together() -> bool:
    """Return whether torchrun started this process as one of several."""
    return torch.distributed.is_torchelastic_launched() and int(os.environ["WORLD_SIZE"]) > 1


@contextmanager
def first_alone() -> Iterator[bool]:
    """Let the first of the processes that train together do the block before the others; yield whether this is it."""
    if not together():
        yield True
        return
    fabric = make_fabric()
    if not fabric.is_global_zero:
        fabric.barrier()
    yield fabric.is_global_zero
    if fabric.is_global_zero:
        fabric.barrier()
