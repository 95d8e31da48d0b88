"""Style sheets that several screens share; a screen's own lies beside it as `screen.css`."""

from pathlib import Path

FORMS = Path(__file__).with_name("forms.css")  # forms, tables and progress
TILES = Path(__file__).with_name("tiles.css")  # images side by side
