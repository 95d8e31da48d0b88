"""Words for splits: their spellings, and names that are no split."""

import pytest

from curation.datasets.split_words import WORDS, flag_of, split_of, split_of_flags, splits_of

TRAIN = ["train", "Training", "TRAIN-SET", "training_set", "trainset", "tr", "imagesTr", "seg_train", "01_train"]
TRAIN += ["train2017", "Train Data", "train_images", "TrainSet", " train ", "images.train", "train_v2"]
VAL = ["val", "VALID", "validation", "validate", "dev", "val2017", "validation-set", "devset", "PublicTest"]
TEST = ["test", "Testing", "test_set", "testset", "test1", "eval", "Evaluation", "holdout", "hold-out", "held_out"]
TEST += ["imagesTs", "PrivateTest", "the test images"]
NONE = ["", "cat", "train station", "contest", "trainval", "train_test", "latest", "trains", "2017", "data", "stress"]
NONE += ["training dog", "pretest result", "unlabeled", "trace", "images", "深", "attest", "tea", "test_train"]
FLAGS = {"is_valid": "val", "isTest": "test", "IS_TRAIN": "train", "is validation": "val", "isval": "val"}
NO_FLAGS = ["valid", "is_cat", "island", "split", "issue", ""]
SPELLINGS = {"train": TRAIN, "val": VAL, "test": TEST, None: NONE}


@pytest.mark.parametrize(
    ("word", "split"),
    [
        (word, split)
        for words, split in ((TRAIN, "train"), (VAL, "val"), (TEST, "test"), (NONE, None))
        for word in words
    ],
)
def test_words(word: str, split: str | None) -> None:
    assert split_of(word) == split


@pytest.mark.parametrize(
    ("names", "splits"),
    [
        ("pets_train pets_test", ["train", "test"]),
        ("x_train x_val x_test other", ["train", "val", "test"]),
        ("train pets_test", ["train"]),
        ("pets_train toys_test", []),
        ("train_a train_b", []),
        ("cat dog", []),
    ],
)
def test_names_that_are_splits_together(names: str, splits: list[str]) -> None:
    assert list(splits_of(names.split()).values()) == splits


def test_no_word_means_two_splits() -> None:
    words = [word for text in WORDS.values() for word in text.split()]
    assert len(words) == len(set(words))


@pytest.mark.parametrize(
    ("column", "split"),
    [*FLAGS.items(), *((name, None) for name in NO_FLAGS)],
)
def test_columns_of_truth_values(column: str, split: str | None) -> None:
    assert flag_of(column) == split


@pytest.mark.parametrize(
    ("flags", "split"),
    [
        ({"is_valid": "True"}, "val"),
        ({"is_valid": "0"}, "train"),
        ({"is_test": "no"}, "train"),
        ({"is_train": "false"}, "test"),
        ({"is_train": "0", "is_test": "0"}, "val"),
        ({"is_valid": "F", "is_test": "T"}, "test"),
        ({"is_valid": "1", "is_test": "1"}, None),
        ({"test": "x", "is_train": "off"}, "test"),
        ({"is_valid": "perhaps"}, None),
        ({}, None),
    ],
)
def test_truth_values(flags: dict[str, str], split: str | None) -> None:
    assert split_of_flags(flags.items()) == split
