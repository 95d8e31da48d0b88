"""ASGI middleware before the app: only its own pages use it, and they fetch from this machine only."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from curation.serving.origins import (
    Origins,
    check_origin,
    refuse,
)
from curation.serving.policies import local_and, page_policy, with_policy
from curation.serving.proxy import APP_ADDRESS, FIFTYONE_ADDRESS, path_of, proxy_address


class Front:
    """Let through requests of the app's own pages, and links to its start page; see `check_origin`.

    It protects from web pages, not from people: who can open the port can forge every header.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wrap the app; raise ErrataError where the environment names an address that is none."""
        self._app = app
        self._proxy = proxy_address(APP_ADDRESS)
        self._frames = local_and(proxy_address(FIFTYONE_ADDRESS))
        path = path_of(self._proxy)
        self._pages = {"/", path, f"{path}/"} - {""}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, or hand it to the app."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        try:
            address, port = scope["server"]
            check_origin(scope, Origins.of(port, self._proxy, address), self._pages.__contains__)
        except HTTPException as refusal:
            await refuse(refusal, scope, receive, send)
            return
        policy = page_policy(Headers(scope=scope)["host"], frames=self._frames)
        await self._app(scope, receive, with_policy(send, policy))
