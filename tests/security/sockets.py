"""Requests written byte by byte, as no browser and no library of ours writes them."""

import json
import socket
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, ResponseReceived, StreamEnded, StreamReset

PATIENCE_S = 60  # of a busy machine; a test that waits so long fails


@dataclass(frozen=True)
class Target:
    """A server on 127.0.0.1."""

    port: int
    pid: int

    @property
    def host(self) -> str:
        """What its Host header is."""
        return f"127.0.0.1:{self.port}"

    @property
    def origin(self) -> str:
        """Of its pages."""
        return f"http://{self.host}"


def opened(target: Target) -> socket.socket:
    """Return a connection."""
    return socket.create_connection(("127.0.0.1", target.port), PATIENCE_S)


def exchange(target: Target, request: bytes) -> bytes:
    """Send bytes and return all that is answered until the server ends the connection."""
    answer = b""
    with opened(target) as connection, suppress(ConnectionError):
        connection.sendall(request)
        while part := connection.recv(65536):
            answer += part
    return answer


def statuses(answer: bytes) -> list[int]:
    """Return the status of each answer in a stream of HTTP/1 answers."""
    lines = [line for line in answer.split(b"\r\n") if line.startswith((b"HTTP/1.1 ", b"HTTP/1.0 "))]
    return [int(line.split()[1]) for line in lines]


def request(
    target: Target,
    path: str,
    *headers: str,
    method: str = "GET",
    body: bytes = b"",
    version: str = "1.1",
    host: str | None = None,
) -> bytes:
    """Return a request in bytes, its connection ended after the answer; `host` empty for none."""
    named = target.host if host is None else host
    lines = [f"{method} {path} HTTP/{version}", *([f"Host: {named}"] if named else []), *headers]
    lines += ["Connection: close", *([f"Content-Length: {len(body)}"] if body else [])]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def status(target: Target, *args: Any, **kwargs: Any) -> int:
    """Return the status of the only answer; 0 where the connection was ended without one."""
    return (statuses(exchange(target, request(target, *args, **kwargs))) or [0])[0]


def own(target: Target) -> tuple[str, ...]:
    """Return the headers of a request that a page of the server sends with JSON."""
    return (f"Origin: {target.origin}", "Sec-Fetch-Site: same-origin", "Content-Type: application/json")


def posted(target: Target, path: str, body: Any) -> tuple[int, bytes]:
    """Return status and text of the answer to what the server's own page posts."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = exchange(target, request(target, path, *own(target), method="POST", body=sent))
    return statuses(answer)[0], answer.partition(b"\r\n\r\n")[2]


def status_of_http2(target: Target, headers: list[tuple[str, str]]) -> int:
    """Return the status of an HTTP/2 request over a connection that begins with HTTP/2; 0 where it is refused."""
    # The names are not checked or put in order: an attacker's library would not either.
    settings = H2Configuration(validate_outbound_headers=False, normalize_outbound_headers=False)
    connection, code = H2Connection(settings), 0
    with opened(target) as wire, suppress(ConnectionError):
        connection.initiate_connection()
        connection.send_headers(1, headers, end_stream=True)
        wire.sendall(connection.data_to_send())
        while part := wire.recv(65536):
            for event in connection.receive_data(part):
                if isinstance(event, ResponseReceived):
                    code = int(dict(event.headers)[b":status"])
                if isinstance(event, DataReceived):
                    connection.acknowledge_received_data(event.flow_controlled_length, 1)
                if isinstance(event, StreamEnded | StreamReset):
                    return code
            wire.sendall(connection.data_to_send())
    return code
