"""Which data set a run folder is of, as far as its name tells."""

import pytest

from curation.training.request import group_name
from curation.workspace.run_names import begin_models, group_of, may_be_of

LONG = "a-very-long-name-of-a-data-set"  # 30 letters


@pytest.mark.parametrize(
    ("run", "dataset", "others", "expected"),
    [
        ("tiny-resnet18-11111111-s0", "tiny", ["tiny-2"], True),
        ("tiny-2-resnet18-11111111-s0", "tiny", [], True),  # of a recipe called 2-resnet18, as far as anyone knows
        ("tiny-2-resnet18-11111111-s0", "tiny", ["tiny", "tiny-2"], False),
        ("tiny-2-resnet18-11111111-s0", "tiny-2", ["tiny"], True),
        ("tiny-2-resnet18-11111111", "tiny", ["tiny-2"], False),
        ("tinyresnet18-11111111-s0", "tiny", [], False),
        (f"{LONG[:21]}-resnet18-11111111-s0", LONG, [f"{LONG}-2"], True),  # both are cut off there: of either
        (f"{LONG[:21]}-resnet18-11111111-s0", LONG[:20], [], False),
        (f"{LONG}-resnet18-11111111", f"{LONG}-2", [LONG], True),
        (f"{LONG[:21]}-resnet18-11111111", LONG, [], False),  # models' names keep 30 letters
        ("audit-tiny-2", "tiny-2", ["tiny"], True),
        ("audit-tiny-2", "tiny", [], False),
    ],
)
def test_the_data_set_of_a_run(run: str, dataset: str, others: list[str], expected: bool) -> None:
    assert may_be_of(run, dataset, others) is expected


@pytest.mark.parametrize("dataset", ["tiny", LONG, "b" * 64])
def test_what_is_begun_with_is_found_again(dataset: str) -> None:
    group = group_name(dataset, "torchvision:squeezenet1_1@finetuned", "0123456789")
    assert len(f"{group}-s{2**32 - 1}") <= 64
    assert group_of(f"{group}-s7") == group
    assert may_be_of(f"{group}-s7", dataset, ["zoo"])
    assert may_be_of(f"{begin_models(dataset)}simple_cnn-01234567", dataset, ["zoo"])
