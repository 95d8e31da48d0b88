"""The font of the app, as a part of a page that needs nothing but itself."""

import base64
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from markupsafe import Markup

FAMILY = "Source Sans"  # as Streamlit calls it, first in `curation.palette.FONT`


@cache
def font_face() -> Markup:
    """Return the font that Streamlit draws the app in, as a style; nothing where it is not installed with it.

    Source: Source Sans, SIL Open Font License 1.1, as the installed Streamlit brings it; Streamlit is not imported.
    """
    streamlit = find_spec("streamlit")
    folder = Path(streamlit.origin or "").parent / "static" / "static" / "media" if streamlit else Path()
    files = sorted(folder.glob("SourceSansVF-Upright*.woff2")) if streamlit else []
    if not files:
        return Markup()
    data = base64.b64encode(files[0].read_bytes()).decode("ascii")
    face = '@font-face {{ font-family: "{}"; font-weight: 200 900; src: url(data:font/woff2;base64,{}); }}\n'
    return Markup(face.format(FAMILY, data))  # noqa: S704, base64 and a constant
