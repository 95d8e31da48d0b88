"""The app: `streamlit run app/main.py`, or `errata serve`.

This starts Streamlit's server. It loads the app's modules before the first visitor comes, who would wait for them.
"""

import ast
import sys
from importlib import import_module
from pathlib import Path

import numpy.ma  # NumPy loads it, and the next, on their first use otherwise
import numpy.random  # noqa: F401
import pydantic.dataclasses
import pydantic.type_adapter  # noqa: F401 (what reads files back loads both with the first file otherwise)
from starlette.middleware import Middleware
from streamlit.starlette import App
from streamlit.web.cli import main

from app.frame.served_pictures import picture_routes
from curation.decisions.lines import together  # noqa: F401 (loaded with the first log otherwise)
from curation.serving.front import Front
from curation.serving.proxy import APP_ADDRESS, path_of, proxy_address
from models.images.formats import pillow_formats

HERE = Path(__file__).parent


def preload() -> None:
    """Import what the screens import, but no screen itself: it would draw when it is imported."""
    rooms = (
        HERE / "html_parts",
        HERE / "frame",
        *sorted(HERE.glob("panels/**/")),
        *sorted(HERE.glob("screens/*/**/")),
    )
    for path in [path for folder in rooms for path in sorted(folder.glob("[!_]*.py"))]:
        if path.name != "screen.py":
            import_module(".".join(path.relative_to(HERE.parent).with_suffix("").parts))
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ImportFrom) and node.module:
                import_module(node.module)


_path = path_of(proxy_address(APP_ADDRESS))
streamlit_app = App(HERE / "page.py", routes=picture_routes(_path), middleware=[Middleware(Front)])
preload()
pillow_formats("")  # the decoders, which are loaded with the first image otherwise

if __name__ == "__main__":
    under = [f"--server.baseUrlPath={_path}"] if _path else []
    sys.argv = ["streamlit", "run", str(Path(__file__).resolve()), *under, *sys.argv[1:]]
    main(prog_name="streamlit")
