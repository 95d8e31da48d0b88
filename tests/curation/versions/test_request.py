"""What a curated split may be asked to be."""

import pytest

from curation.versions.request import SplitRequest
from models.errors import ErrataError


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (SplitRequest("original"), "version 'original' are the labels as given"),
        (SplitRequest("../v1"), "version '../v1' is no name"),
        (SplitRequest(""), "version '' is no name"),
        (SplitRequest("v1", seed=-1), "--seed -1 is negative"),
        (SplitRequest("v1", auto_accept=0), "--auto-accept 0 is no label_quality above 0, at most 1"),
        (SplitRequest("v1", auto_accept=float("nan")), "--auto-accept nan"),
        (SplitRequest("v1", auto_accept=0.1, auto_splits=("train", "test")), "refused for test; review its suspicious"),
        (SplitRequest("v1", auto_splits=("tset",)), "no split 'tset'; did you mean 'test'?"),
        (SplitRequest("v1", reviewer=" x"), "reviewer ' x' is no name"),
    ],
)
def test_what_is_refused(request_: SplitRequest, message: str) -> None:
    with pytest.raises(ErrataError) as error:
        request_.checked()
    assert message in str(error.value)


def test_who_makes_it() -> None:
    assert SplitRequest("v1", reviewer="ana").checked().reviewer == "ana"
    assert SplitRequest("v1").checked().reviewer  # whoever runs this
    assert SplitRequest("v1", auto_accept=1).checked().auto_splits == ("train", "val")
