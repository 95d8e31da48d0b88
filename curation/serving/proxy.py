"""Under which addresses a proxy offers the app and the FiftyOne App, as environment variables tell."""

import os
import re
from urllib.parse import urlsplit

from models.errors import ErrataError

APP_ADDRESS = "ERRATA_APP_ADDRESS"  # where a proxy offers the app, as https://errata.example
FIFTYONE_ADDRESS = "ERRATA_FIFTYONE_ADDRESS"  # where it offers the FiftyOne App
_ADDRESS = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?(/[a-z0-9/_-]*)?")


def proxy_address(variable: str) -> str:
    """Return the address in an environment variable, without a final slash; empty where it is not set.

    Raises:
        ErrataError: it is no address of a server.
    """
    address = os.environ.get(variable, "").strip().rstrip("/")
    if address and not _ADDRESS.fullmatch(address):
        raise ErrataError(f"{variable} is {address!r}, which is no address like https://errata.example; correct it")
    return address


def fiftyone_address(link: str) -> str:
    """Return a link into the FiftyOne App as people outside this machine open it; the link itself without a proxy.

    Args:
        link: of a page on 127.0.0.1.
    """
    proxy = proxy_address(FIFTYONE_ADDRESS)
    return f"{proxy}/{link.split('/', 3)[3]}" if proxy else link


def path_of(address: str) -> str:
    """Return the path of an address.

    >>> path_of("https://lab.example/errata"), path_of("https://errata.example"), path_of("")
    ('/errata', '', '')
    """
    return urlsplit(address).path
