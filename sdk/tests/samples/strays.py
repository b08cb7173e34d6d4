"""Tests that reach for the network; the first is innocent."""

import contextlib
import socket

import pytest

pytestmark = pytest.mark.usefixtures("no_network")


def test_innocent():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()


def test_connects():
    with contextlib.suppress(OSError):
        socket.create_connection(("192.0.2.1", 80), timeout=1)


def test_resolves():
    with contextlib.suppress(OSError):
        socket.getaddrinfo("example.org", 80)


def test_sends():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender, contextlib.suppress(OSError):
        sender.sendto(b"x", ("192.0.2.1", 9))
