"""Why a way out was refused: one exception, with documented codes."""

from __future__ import annotations

Params = dict[str, str | int]

CODES: dict[str, str] = {
    "egress.bad_url": "The address {url} is not a usable URL: {reason}.",
    "egress.scheme": "The scheme {scheme} is not allowed here; allowed: {allowed}.",
    "egress.userinfo": "A user name or password in the URL is not allowed here.",
    "egress.purpose": "There is no outbound profile named {purpose}.",
    "egress.port": "Port {port} is not allowed.",
    "egress.loopback": "{host} is this machine itself ({address}), which is not allowed unless it is listed.",
    "egress.private": "{host} is on a private network ({address}), which is not allowed unless it is listed.",
    "egress.link_local": "{host} is a link-local address ({address}), which is not allowed unless it is listed.",
    "egress.metadata": "{host} is a cloud metadata service ({address}), which is not allowed unless it is listed.",
    "egress.shared": "{host} is on a carrier network ({address}), which is not allowed unless it is listed.",
    "egress.reserved": "{host} is a reserved address ({address}), which is not allowed unless it is listed.",
    "egress.multicast": "{host} is a multicast address ({address}), which is never allowed.",
    "egress.unspecified": "{host} is not the address of a machine ({address}), which is never allowed.",
    "egress.resolve_failed": "The name {host} could not be resolved.",
    "egress.connection_refused": "{host} refuses connections on port {port}.",
    "egress.connect_failed": "There is no way to {host}, port {port}.",
    "egress.tls": "{host} does not agree on a secure connection on port {port}.",
    "egress.timeout": "{host} did not answer in time.",
    "egress.trickle": "{host} began an answer and did not get to its end in time.",
    "egress.redirect": "{host} answered with a redirect ({status}), which is not followed.",
    "egress.hops": "{host} redirected more than {limit} times.",
    "egress.bad_message": "A message could not be read: {reason}.",
    "egress.too_large": "The head of a message is larger than {limit} bytes.",
    "egress.too_many": "More than {limit} connections at once.",
    "egress.auth": "The proxy credentials are missing or no longer valid.",
    "egress.unavailable": "The outbound service is not running.",
}
"""Every code with its text; `{name}` are the params that come with it."""


class Refused(Exception):
    """A target, hop or message that the outbound policy does not let through.

    `code` is one of `CODES`; `params` fill its text and hold no credentials.
    """

    def __init__(self, code: str, params: Params | None = None) -> None:
        self.code = code
        self.params: Params = params or {}
        Exception.__init__(self, code, self.params)

    def __str__(self) -> str:
        return CODES[self.code].format_map(_Params(self.params))


class _Params(dict[str, str | int]):
    def __missing__(self, key: str) -> str:
        return "?"
