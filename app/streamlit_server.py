"""Streamlit's server with the app's modules loaded before the first visitor comes, who would wait for them."""

import sys
from pathlib import Path

from PIL import Image
from streamlit.web.cli import main

# What the screens import; a screen itself draws when it is imported.
from app import (  # noqa: F401
    audit_panel,
    compare_choices,
    compare_data,
    compare_html,
    compare_images,
    compare_report,
    components,
    data_bar,
    dataset_about,
    dataset_add,
    dataset_balance,
    dataset_copies,
    dataset_problems,
    dataset_samples,
    dataset_source,
    dataset_versions,
    errors_confusion,
    errors_disagreements,
    errors_matrix,
    errors_pairs,
    errors_suspects,
    errors_tiles,
    errors_worst,
    fiftyone_link,
    image_panel,
    job_panel,
    map_canvas,
    map_choice,
    map_panel,
    map_selections,
    map_sides,
    predict_run,
    predict_view,
    queue_panel,
    review_choices,
    review_fiftyone,
    review_grid,
    review_keys,
    review_maps,
    review_name,
    review_panel,
    splits_decisions,
    splits_export,
    splits_make,
    splits_versions,
    suspects,
    train_form,
    train_table,
)

Image.init()  # the decoders, which Pillow loads with the first image otherwise

if __name__ == "__main__":
    sys.argv = ["streamlit", "run", str(Path(__file__).with_name("main.py")), *sys.argv[1:]]
    main(prog_name="streamlit")
