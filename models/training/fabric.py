"""Devices and precision to train with, through Lightning Fabric, and several processes that train one network."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import torch
from lightning_fabric import Fabric
from lightning_fabric.strategies.ddp import DDPStrategy

from models.errors import ErrataError
from models.processors.devices import default_device, has_bfloat16

ANSWER_S = 1800.0  # how long a process waits for the others: for a step, or for the first's predictions at the end
PREPARED_S = 24 * 3600.0  # how long it waits while the first process computes features
logging.getLogger("lightning_fabric").setLevel(logging.WARNING)  # it tells the precision of every fold otherwise


def make_fabric(precision: str = "auto") -> Fabric:
    """Return the device and the precision to train with.

    Under torchrun every process takes a device of its own and they train one network together.

    Args:
        precision: "float32", "bfloat16", or "auto": bfloat16 where the device computes in it, else float32.
    """
    device, several = default_device(), together()
    half = has_bfloat16(device) if precision == "auto" else precision == "bfloat16"
    fabric = Fabric(
        accelerator=device,
        strategy=DDPStrategy(timeout=timedelta(seconds=ANSWER_S)) if several else "auto",
        devices=int(os.environ["LOCAL_WORLD_SIZE"]) if several else 1,
        num_nodes=int(os.environ["WORLD_SIZE"]) // int(os.environ["LOCAL_WORLD_SIZE"]) if several else 1,
        precision="bf16-mixed" if half else "32-true",
    )
    if several:
        fabric.launch()
    return fabric


def precision_of(fabric: Fabric) -> str:
    """Return what `make_fabric` settled on: "float32" or "bfloat16"."""
    return "bfloat16" if fabric.strategy.precision.precision == "bf16-mixed" else "float32"


def together() -> bool:
    """Return whether torchrun started this process as one of several."""
    return torch.distributed.is_torchelastic_launched() and int(os.environ["WORLD_SIZE"]) > 1


def is_first() -> bool:
    """Return whether this process writes files and messages: it is alone, or the first that torchrun started."""
    return not together() or os.environ["RANK"] == "0"


@contextmanager
def first_alone() -> Iterator[bool]:
    """Let the first of the processes that train together run the block before the others; yield whether it is this one.

    Raises:
        ErrataError: the first has ended, or does not answer for a day.
    """
    if not together():
        yield True
        return
    make_fabric()
    first = is_first()
    with answered():
        group: Any = torch.distributed.new_group(timeout=timedelta(seconds=PREPARED_S), backend="gloo")
        if not first:
            torch.distributed.all_reduce(torch.zeros(1), group=group)
    yield first
    with answered():
        if first:
            torch.distributed.all_reduce(torch.zeros(1), group=group)


@contextmanager
def answered() -> Iterator[None]:
    """Turn the failure of another process that trains together with this one into one sentence.

    Raises:
        ErrataError: another process has ended or hangs.
    """
    try:
        yield
    except RuntimeError as error:
        from_another = isinstance(error, torch.distributed.DistError) or "gloo" in str(error)
        if not together() or not from_another:
            raise
        raise ErrataError(
            f"another of the {os.environ['WORLD_SIZE']} processes that train together has ended or does not answer; "
            "run the same command again: it continues where it stopped"
        ) from error
