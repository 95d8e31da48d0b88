"""The OpenVINO engine: the backbone is converted once, kept on disk and run on one stream per processor."""

import threading
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from models.arrays import ByteArray, FloatArray
from models.errors import ErrataError
from models.files.atomic import digest
from models.files.unfinished import sweep, unfinished_folder
from models.images.input_spec import InputSpec
from models.processors.signal_stack import keep_signal_stack
from models.processors.threads import cores


def converted_path(key: str, spec: InputSpec, folder: Path) -> Path:
    """Return the folder of a backbone's converted model, whether or not it exists: by weights, input and versions."""
    try:
        installed = version("openvino")
    except PackageNotFoundError:
        installed = ""
    return folder / f"openvino-{digest(key, spec.to_dict(), installed, torch.__version__)}"


def openvino_engine(
    module: Callable[[], nn.Module], key: str, spec: InputSpec, precision: str, folder: Path
) -> tuple[Callable[[ByteArray], FloatArray], bool]:
    """Return a function that runs the module in OpenVINO on the CPU, and whether it really computes in bfloat16.

    Images go in one at a time: with one stream per processor that is as fast as any batch (measured), keeps the
    activations in the caches, and makes a row's features independent of its neighbours.

    Args:
        module: returns the module, uint8 (1, S, S, 3) -> float32 (1, D); called only if it must be converted.
        key: digest of the module's weights.
        spec: its input; gives S.
        precision: "float32" or "bfloat16"; never what OpenVINO would choose by itself. On processors that OpenVINO
            does not use bfloat16 on (x86 ones without AVX-512), it computes in float32 all the same.
        folder: where converted models are kept.

    Raises:
        ErrataError: OpenVINO is not installed, or the folder cannot be written.
    """
    try:
        import openvino
    except ImportError as error:
        raise ErrataError("engine 'openvino' needs an extra; run: pip install 'errata-vision[fast]'") from error
    saved = converted_path(key, spec, folder)
    if not (saved / "model.xml").is_file():
        _convert(module(), spec, saved)
    core = openvino.Core()
    settings = {
        "INFERENCE_PRECISION_HINT": "bf16" if precision == "bfloat16" else "f32",
        "INFERENCE_NUM_THREADS": cores(),
        "NUM_STREAMS": cores(),
    }
    with keep_signal_stack():
        compiled = core.compile_model(core.read_model(saved / "model.xml"), "CPU", settings)
    local = threading.local()  # one request per calling thread: a request runs one image at a time

    def run(pixels: ByteArray) -> FloatArray:
        if not hasattr(local, "request"):
            local.request = compiled.create_infer_request()
        return np.concatenate([_infer(local.request, image[None]) for image in np.ascontiguousarray(pixels)])

    return run, compiled.get_property("INFERENCE_PRECISION_HINT") == openvino.Type.bf16


def _infer(request: Any, image: ByteArray) -> FloatArray:
    request.infer([image], share_inputs=True)
    return np.array(request.get_output_tensor(0).data, dtype=np.float32)  # a copy: the request reuses its memory


def _convert(module: nn.Module, spec: InputSpec, saved: Path) -> None:
    """Convert the module and save it, whole or not at all.

    By the front end itself and not by `openvino.convert_model`, which reports its use over the network.
    """
    import openvino
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.fx_decoder import TorchFXPythonDecoder

    shape = (1, spec.size_px, spec.size_px, 3)
    with torch.no_grad():
        program = torch.export.export(module.eval(), (torch.zeros(shape, dtype=torch.uint8),))
        graph = program.run_decompositions().module()
    front_end = FrontEndManager().load_by_framework("pytorch")
    decoder = TorchFXPythonDecoder(graph)  # must live until the end of the conversion
    model = front_end.convert(front_end.load(decoder))
    model.reshape(list(shape))
    try:
        saved.parent.mkdir(parents=True, exist_ok=True)
        sweep(saved.parent, saved.name)  # of earlier attempts that were killed
        with unfinished_folder(saved) as temporary:
            openvino.save_model(model, temporary / "model.xml", compress_to_fp16=False)
            temporary.chmod(0o755)
            if not saved.is_dir():  # or another process was first
                temporary.rename(saved)
    except (OSError, RuntimeError) as error:
        raise ErrataError(f"cannot write {saved} ({error}); free some space or choose another ERRATA_HOME") from error
