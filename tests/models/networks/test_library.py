"""Networks of torchvision and timm: the cut, and pretrained weights from local files."""

import hashlib
from dataclasses import replace
from functools import partial
from pathlib import Path

import huggingface_hub
import pytest
import timm
import torch
from safetensors.torch import save_file
from torch import nn
from torchvision import models as torchvision_models

from models.errors import ErrataError
from models.networks.architectures import ARCHITECTURES, find_architecture
from models.networks.pretrained import StateDict, cached_weights, weights_folder
from models.networks.variants import build_classifier, parse_variant


@pytest.fixture(autouse=True)
def _empty_caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setattr(huggingface_hub, "try_to_load_from_cache", lambda *_, **__: None)
    weights_folder().mkdir(parents=True)


def no_download(*_: object, **__: object) -> None:
    raise OSError("no network here")


def of_torchvision(name: str) -> nn.Module:
    options = {"aux_logits": True, "init_weights": True} if name == "googlenet" else {}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        network: nn.Module = torchvision_models.get_model(name, weights=None, **options)
    return network.eval()


@pytest.mark.parametrize(
    ("name", "last", "size_px"),
    [
        ("resnet18", "fc", 64),
        ("mobilenet_v2", "classifier.1", 64),
        ("mobilenet_v3_large", "classifier.3", 64),
        ("torchvision:squeezenet1_1", "", 64),
        ("torchvision:densenet121", "classifier", 64),
        ("torchvision:mnasnet0_5", "classifier.1", 64),
        ("torchvision:vit_b_32", "heads.head", 224),
    ],
)
def test_a_local_file_of_the_whole_network(tmp_path: Path, name: str, last: str, size_px: int) -> None:
    """The embedding is what comes into torchvision's own last layer."""
    network = of_torchvision(name.rpartition(":")[2])
    torch.save(network.state_dict(), tmp_path / "w.pth")
    backbone = build_classifier(
        parse_variant(f"{name}@frozen"), 3, None if size_px == 224 else size_px, tmp_path / "w.pth"
    ).backbone.eval()
    images = torch.randn(2, 3, size_px, size_px)
    with torch.inference_mode():
        embedded, logits = backbone(images), network(images)
        if last:
            assert torch.equal(network.get_submodule(last)(embedded), logits)
        else:  # SqueezeNet averages after its last convolution: means of what goes in
            expected = network.get_submodule("features")(images).mean((2, 3))
            torch.testing.assert_close(embedded, expected)


def test_where_a_transformer_of_torchvision_is_looked_into() -> None:
    entry = find_architecture("torchvision:vit_b_32")
    with torch.device("meta"):
        classifier = entry.build(3, 224)
    assert entry.cam_layer(classifier) is classifier.backbone.get_submodule("encoder.layers.encoder_layer_11.ln_1")
    assert entry.cam_reshape is not None
    assert entry.cam_reshape(torch.zeros(2, 50, 768)).shape == (2, 768, 7, 7)


def test_vgg_keeps_its_two_pretrained_layers_of_4096() -> None:
    with torch.device("meta"):
        classifier = ARCHITECTURES["vgg16"].build(3, 224)
        assert classifier(torch.zeros(1, 3, 64, 64)).shape == (1, 3)
    names = {name for name, _ in classifier.backbone.named_parameters()}
    assert {"classifier.0.weight", "classifier.3.weight"} <= names
    assert "classifier.6.weight" not in names
    assert classifier.head.in_features == 4096


def test_names_of_old_densenet_files(tmp_path: Path) -> None:
    state = of_torchvision("densenet121").state_dict()
    old = {key.replace(".norm1.", ".norm.1.").replace(".conv2.", ".conv.2."): value for key, value in state.items()}
    assert old.keys() != state.keys()
    torch.save(old, tmp_path / "w.pth")
    built = build_classifier(parse_variant("torchvision:densenet121"), 3, weights=tmp_path / "w.pth").backbone
    assert all(torch.equal(value, state[name]) for name, value in built.state_dict().items())


def test_side_outputs_are_left_out(tmp_path: Path) -> None:
    state = of_torchvision("googlenet").state_dict()
    assert any(name.startswith("aux1.") for name in state)
    torch.save(state, tmp_path / "w.pth")
    built = build_classifier(parse_variant("torchvision:googlenet"), 3, weights=tmp_path / "w.pth").backbone
    assert all(torch.equal(value, state[name]) for name, value in built.state_dict().items())


def test_weights_in_torchvisions_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of random weights under a name of its own hash stands for the download."""
    monkeypatch.setattr(torch.hub, "download_url_to_file", no_download)
    state = of_torchvision("resnet18").state_dict()
    path = weights_folder() / "resnet18.pth"
    torch.save(state, path)
    name = f"resnet18-{hashlib.sha256(path.read_bytes()).hexdigest()[:8]}.pth"
    path.rename(path.with_name(name))
    entry = ARCHITECTURES["resnet18"]
    assert entry.weights is not None
    read = partial(cached_weights, "resnet18", f"https://example.invalid/{name}", name)
    monkeypatch.setitem(ARCHITECTURES, "resnet18", replace(entry, weights=replace(entry.weights, read=read)))
    for mode in ("frozen", "finetuned"):
        built = build_classifier(parse_variant(f"resnet18@{mode}"), 3).backbone.state_dict()
        assert all(torch.equal(value, state[key]) for key, value in built.items())


def test_another_file_under_torchvisions_name_is_refused() -> None:
    torch.save(of_torchvision("resnet18").state_dict(), weights_folder() / "resnet18-f37072fd.pth")
    with pytest.raises(ErrataError, match=r"resnet18-f37072fd\.pth is damaged or another file"):
        build_classifier(parse_variant("resnet18"), 3)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("resnet18", "resnet18-f37072fd.pth from https://download.pytorch.org"),
        ("resnet50", "resnet50-0676ba61.pth"),
        ("mobilenet_v2", "mobilenet_v2-b0353104.pth"),
        ("mobilenet_v3_large", "mobilenet_v3_large-8738ca79.pth"),
        ("vgg16", "vgg16-397923af.pth"),
        ("torchvision:vit_b_32", "vit_b_32-d86f8d99.pth"),
        ("timm:test_vit", "test_vit.r160_in1k.safetensors from https://huggingface.co/timm/test_vit"),
    ],
)
def test_without_a_network_the_file_is_named(name: str, file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.hub, "download_url_to_file", no_download)
    for mode in ("frozen", "finetuned"):
        with pytest.raises(ErrataError, match=rf"weights of {name.removeprefix('torchvision:')} .* put {file}"):
            build_classifier(parse_variant(f"{name}@{mode}"), 3)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda state: state.pop("layer1.0.conv1.weight"), r"layer1\.0\.conv1\.weight is missing"),
        (lambda state: state.update(more=torch.zeros(1)), "more is not in the network"),
        (lambda state: state.update({"conv1.weight": torch.zeros(64, 1, 7, 7)}), r"conv1\.weight has the shape"),
    ],
)
def test_weights_of_another_network(tmp_path: Path, change: object, sentence: str) -> None:
    state = of_torchvision("resnet18").state_dict()
    assert callable(change)
    change(state)
    torch.save(state, tmp_path / "w.pth")
    with pytest.raises(ErrataError, match=f"of another network: {sentence}"):
        build_classifier(parse_variant("resnet18"), 3, weights=tmp_path / "w.pth")


def of_timm(name: str) -> StateDict:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        state: StateDict = timm.create_model(name, pretrained=False).state_dict()
    return state


@pytest.mark.parametrize("name", ["test_vit", "test_resnet"])
def test_timms_weights_in_the_cache(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.hub, "download_url_to_file", no_download)
    state = of_timm(name)
    save_file(state, weights_folder() / f"{name}.r160_in1k.safetensors")
    built = build_classifier(parse_variant(f"timm:{name}"), 3).backbone.state_dict()
    assert built
    assert all(torch.equal(value, state[key]) for key, value in built.items())


def test_timms_weights_in_hugging_faces_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = of_timm("test_resnet")
    save_file(state, tmp_path / "model.safetensors")
    monkeypatch.setattr(huggingface_hub, "try_to_load_from_cache", lambda *_, **__: str(tmp_path / "model.safetensors"))
    built = build_classifier(parse_variant("timm:test_resnet"), 3).backbone.state_dict()
    assert all(torch.equal(value, state[key]) for key, value in built.items())


def test_a_transformer_at_another_size(tmp_path: Path) -> None:
    """Its position embedding is resized as timm does it; everything else is as it was."""
    state = of_timm("test_vit")
    save_file(state, tmp_path / "w.safetensors")
    backbone = build_classifier(parse_variant("timm:test_vit"), 3, 96, tmp_path / "w.safetensors").backbone
    built = backbone.state_dict()
    assert built["pos_embed"].shape[1] == (96 // 16) ** 2 + 1
    assert all(torch.equal(value, state[key]) for key, value in built.items() if key != "pos_embed")
    assert backbone(torch.zeros(1, 3, 96, 96)).shape == (1, 64)


def test_the_backbone_alone_or_with_another_head_will_do(tmp_path: Path) -> None:
    state = of_timm("test_vit")
    alone = {key: value for key, value in state.items() if not key.startswith("head.")}
    for number, given in enumerate((alone, {**alone, "head.weight": torch.zeros(7, 64), "head.bias": torch.zeros(7)})):
        path = tmp_path / f"{number}.safetensors"
        save_file(given, path)
        built = build_classifier(parse_variant("timm:test_vit"), 3, weights=path).backbone.state_dict()
        assert all(torch.equal(value, state[key]) for key, value in built.items())


def test_timms_weights_of_another_network(tmp_path: Path) -> None:
    save_file(of_timm("test_resnet"), tmp_path / "w.safetensors")
    with pytest.raises(ErrataError, match="these weights are of another network than timm:test_vit"):
        build_classifier(parse_variant("timm:test_vit"), 3, weights=tmp_path / "w.safetensors")
    state = of_timm("test_vit")
    del state["blocks.2.norm1.weight"]
    save_file(state, tmp_path / "w.safetensors")
    with pytest.raises(ErrataError, match=r"another network than timm:test_vit .*blocks\.2\.norm1\.weight"):
        build_classifier(parse_variant("timm:test_vit"), 3, weights=tmp_path / "w.safetensors")


def test_a_size_it_cannot_take() -> None:
    with pytest.raises(ErrataError, match=r"torchvision:vit_b_32 cannot take images of 50 px .* made for 224 px"):
        build_classifier(parse_variant("torchvision:vit_b_32@scratch"), 3, 50)
    with pytest.raises(ErrataError, match="8 px is too small for timm:test_vit"):
        build_classifier(parse_variant("timm:test_vit@scratch"), 3, 8)


def test_inputs_are_those_of_the_weights() -> None:
    spec = find_architecture("timm:vit_tiny_patch16_224").input
    assert (spec.size_px, spec.mean, spec.interpolation) == (224, (0.5, 0.5, 0.5), "bicubic")
    spec = find_architecture("torchvision:efficientnet_b3").input
    assert (spec.size_px, spec.std, spec.interpolation) == (300, (0.229, 0.224, 0.225), "bicubic")
    assert ARCHITECTURES["resnet50"].input.interpolation == "bilinear"


def test_a_network_for_other_pictures_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = replace(timm.get_pretrained_cfg("test_vit2"), input_size=(3, 64, 128))
    monkeypatch.setattr(timm, "get_pretrained_cfg", lambda name: wide)
    with pytest.raises(ErrataError, match="timm:test_vit2 takes 3 x 64 x 128 and not square RGB"):
        find_architecture("timm:test_vit2")
