"""What a new version may be asked to be."""

import pytest

from curation.versions.request import VersionRequest
from models.errors import ErrataError


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (VersionRequest("original"), "version 'original' is the labels as given"),
        (VersionRequest("../v1"), "version '../v1' is not a name"),
        (VersionRequest(""), "version '' is not a name"),
        (VersionRequest("v1", seed=-1), "--seed -1 is negative"),
        (VersionRequest("v1", auto_accept=0), "--auto-accept 0 is not a label_quality above 0, at most 1"),
        (VersionRequest("v1", auto_accept=float("nan")), "--auto-accept nan"),
        (
            VersionRequest("v1", auto_accept=0.1, auto_splits=("train", "test")),
            "refused for test; review its suspicious",
        ),
        (VersionRequest("v1", auto_splits=("tset",)), "no split 'tset'; did you mean 'test'?"),
        (VersionRequest("v1", reviewer=" x"), "reviewer ' x' is not a name"),
    ],
)
def test_what_is_refused(request_: VersionRequest, message: str) -> None:
    with pytest.raises(ErrataError) as error:
        request_.checked()
    assert message in str(error.value)


def test_who_makes_it() -> None:
    assert VersionRequest("v1", reviewer="ana").checked().reviewer == "ana"
    assert VersionRequest("v1").checked().reviewer  # whoever runs this
    assert VersionRequest("v1", auto_accept=1).checked().auto_splits == ("train", "val")
