"""Streamlit's server; it loads the app's modules before the first visitor comes, who would wait for them."""

import sys
from importlib import import_module
from pathlib import Path

import numpy.random  # noqa: F401 - NumPy loads it on its first use otherwise
from PIL import Image
from streamlit.starlette import App
from streamlit.web.cli import main

from app.frame.served_pictures import ROUTES

HERE = Path(__file__).parent


def preload() -> None:
    """Import what the screens import, but no screen itself: it would draw when it is imported."""
    rooms = (
        HERE / "html_parts",
        HERE / "frame",
        *sorted(HERE.glob("panels/**/")),
        *sorted(HERE.glob("screens/*/**/")),
    )
    files = [path for folder in rooms for path in sorted(folder.glob("[!_]*.py")) if path.name != "screen.py"]
    for path in files:
        import_module(".".join(path.relative_to(HERE.parent).with_suffix("").parts))


streamlit_app = App(HERE / "main.py", routes=ROUTES)
preload()
Image.init()  # the decoders, which Pillow loads with the first image otherwise

if __name__ == "__main__":
    sys.argv = ["streamlit", "run", str(Path(__file__).resolve()), *sys.argv[1:]]
    main(prog_name="streamlit")
