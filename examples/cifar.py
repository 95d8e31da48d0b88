"""CIFAR-10: a deep network whose kernels double, with batch norm, and with flips and crops.

The study read the learning curves: the plain network learns its training images by heart, batch norm helps, and
augmentation closes the gap. `errata fetch cifar10` brings the images; the drawn scenes do for a first look.
"""

from curation import load_run
from examples.study import options, run, show, train_by_recipe


def main() -> None:
    """Train the three networks and print how far training and validation accuracy are apart."""
    asked = options(__doc__, "scenes")
    done = [train_by_recipe(asked, name) for name in ("cifar-deep", "cifar-deep-bn", "cifar-deep-bn-augmented")]
    show(asked, done)
    print("| network | accuracy on train | on val | epoch kept |\n|---|---|---|---|")
    for folders in done:
        trained = load_run(folders[0])
        last, name = trained.curve[-1], trained.config["recipe"]
        accuracies = f"{last['train_accuracy']:.1%} | {last['val_accuracy']:.1%}"
        print(f"| {name} | {accuracies} | {trained.kept_epoch} |")


if __name__ == "__main__":
    run(main)
