"""Streamlit's server; it loads the app's modules before the first visitor comes, who would wait for them."""

import sys
from importlib import import_module
from pathlib import Path

from PIL import Image
from streamlit.web.cli import main

HERE = Path(__file__).parent


def preload() -> None:
    """Import what the screens import, but no screen itself: it would draw when it is imported."""
    rooms = (HERE / "html_parts", *sorted(HERE.glob("panels/**/")), *sorted(HERE.glob("screens/*/**/")))
    files = [path for folder in rooms for path in sorted(folder.glob("[!_]*.py")) if path.name != "screen.py"]
    for path in files:
        import_module(".".join(path.relative_to(HERE.parent).with_suffix("").parts))


preload()
Image.init()  # the decoders, which Pillow loads with the first image otherwise

if __name__ == "__main__":
    sys.argv = ["streamlit", "run", str(HERE / "main.py"), *sys.argv[1:]]
    main(prog_name="streamlit")
