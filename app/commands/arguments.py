"""Arguments and options that several commands share."""

from typing import Annotated

import typer

Name = Annotated[str, typer.Argument(help="a data set of datasets.yaml, an image folder, a CSV, or fiftyone:DATASET")]
Seed = Annotated[int, typer.Option(help="of folds, training and splits", min=0, max=2**31 - 1)]
Version = Annotated[str, typer.Option(help="which labels: original, or a curated split: errata splits NAME")]
