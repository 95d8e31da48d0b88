"""Pictures read back from their file."""

import numpy as np

from curation.images.picture_file import PictureFile


def test_pictures_come_back_in_any_order_and_twice() -> None:
    pictures = np.arange(5 * 6, dtype=np.uint8).reshape(5, 2, 3)
    with PictureFile((2, 3)) as file:
        file.append(pictures[:2])
        file.append(pictures[2:])
        rows = np.array([4, 0, 0, 3])
        assert (file[rows] == pictures[rows]).all()
        assert file[rows[:0]].shape == (0, 2, 3)
