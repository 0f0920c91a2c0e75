"""The port: is it free to serve on? Asked before any slow work, so that a wrong port costs nothing."""

from __future__ import annotations

import socket

from copilot.errors import PortTaken


def check_port(host: str, port: int) -> None:
    """Raise PortTaken when nothing can listen on the port now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(
                f"Port {port} on {host} is not free ({error.strerror}). "
                f"Choose another one: launch-copilot serve --port {port + 1 if port < 65_535 else port - 1}"
            ) from error
