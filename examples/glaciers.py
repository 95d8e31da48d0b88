"""Glacier or mountain: two classes that are alike, and few images.

The study fitted a head on VGG16 to fewer than 1,000 photographs for five epochs. VGG16's weights are a download of
528 MB; EfficientNet-Lite0, whose weights come with the installation, is the default here (--network vgg16@frozen).
"""

import argparse

from examples.study import options, run, show, train_by_recipe

CLASSES = ("glacier", "mountain")
SIZES = (50, 200, 1000)  # images to learn from


def main() -> None:
    """Train a head on fewer and on more images, and print how the accuracy grows with them."""
    asked = options(__doc__, "scenes")
    sizes = sorted({min(size, asked.images or size) for size in SIZES})
    done = []
    for size in sizes:
        of_size = argparse.Namespace(**{**vars(asked), "images": size})
        done.append(train_by_recipe(of_size, "glacier-mountain-vgg16", "efficientnet_lite0@frozen", CLASSES))
    show(asked, done)


if __name__ == "__main__":
    run(main)
