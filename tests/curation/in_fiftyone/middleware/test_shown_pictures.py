"""Browsers get pictures of files that they cannot show; all others come from the App as they are."""

import asyncio
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pytest
from PIL import Image
from starlette.types import Message, Receive, Scope, Send

from curation.in_fiftyone.middleware.shown_pictures import ShownPictures

DEEP = (np.arange(256).reshape(16, 16) * 4).astype(np.uint16)  # 10 bits


async def the_app(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"the App"})


def ask(path: str, filepath: Path) -> bytes:
    query = urlencode({"filepath": str(filepath)}).encode()
    scope: Scope = {"type": "http", "method": "GET", "path": path, "query_string": query, "headers": []}
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(ShownPictures(the_app)(scope, receive, send))
    return b"".join(message.get("body", b"") for message in sent)


@pytest.mark.parametrize(
    ("name", "values", "converted"),
    [
        ("deep.png", DEEP, True),
        ("deep.tif", DEEP.astype(np.float32), True),
        ("plain.png", DEEP.astype(np.uint8), False),
        ("plain.jpg", DEEP.astype(np.uint8), False),
        ("plain.tif", DEEP.astype(np.uint8), True),
    ],
)
def test_pictures_that_people_can_see(tmp_path: Path, name: str, values: object, converted: bool) -> None:
    Image.fromarray(np.asarray(values)).save(tmp_path / name)
    content = ask("/media", tmp_path / name)
    if converted:
        assert np.asarray(Image.open(BytesIO(content)).convert("L")).max() > 240
    else:
        assert content == b"the App"


def test_the_app_answers_all_else(tmp_path: Path) -> None:
    (tmp_path / "broken.tif").write_bytes(b"II*\0broken")
    for path, name in (("/media", "broken.tif"), ("/media", "gone.tif"), ("/graphql", "x.tif")):
        assert ask(path, tmp_path / name) == b"the App"
