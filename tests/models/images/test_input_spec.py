"""What a network expects to see, as JSON and back."""

import pytest

from models.errors import ErrataError
from models.images.input_spec import InputSpec


def test_round_trip_and_bad_keys() -> None:
    spec = InputSpec(160, (0.5, 0.4, 0.3), (0.2, 0.2, 0.2), "bilinear")
    assert InputSpec.from_dict(spec.to_dict()) == spec
    with pytest.raises(ErrataError, match="did you mean 'size_px'"):
        InputSpec.from_dict({**spec.to_dict(), "size_pix": 3})
    with pytest.raises(ErrataError, match="lack mean"):
        InputSpec.from_dict({"size_px": 3, "std": (1, 1, 1)})
    with pytest.raises(ErrataError, match="did you mean 'bicubic'"):
        InputSpec.from_dict({**spec.to_dict(), "interpolation": "bycubic"})
