"""Why a way out was refused: one exception, with documented codes."""

from __future__ import annotations

Params = dict[str, str | int]

_NOT_REACHED = "which the purpose {purpose} may not reach."
_LISTED = "To allow it, add {allow} to GLIMPSER_EGRESS_ALLOW."
_NEVER = "GLIMPSER_EGRESS_ALLOW cannot allow it either."

CODES: dict[str, str] = {
    "egress.bad_url": "The address {url} is not a usable URL: {reason}.",
    "egress.scheme": "The scheme {scheme} is not allowed here; allowed: {allowed}.",
    "egress.userinfo": "A user name or password in the URL is not allowed here.",
    "egress.purpose": "There is no outbound profile named {purpose}.",
    "egress.capability": "The plugin {plugin} declares no network capability for what it does here ({serves}).",
    "egress.unpinnable": "{scheme} cannot be held to the address that was checked: {reason}.",
    "egress.port": f"Port {{port}} is not one that the purpose {{purpose}} may reach. {_LISTED}",
    "egress.loopback": f"{{host}} is this machine itself ({{address}}), {_NOT_REACHED} {_LISTED}",
    "egress.private": f"{{host}} is on a private network ({{address}}), {_NOT_REACHED} {_LISTED}",
    "egress.link_local": f"{{host}} is a link-local address ({{address}}), {_NOT_REACHED} {_LISTED}",
    "egress.shared": f"{{host}} is on a carrier network ({{address}}), {_NOT_REACHED} {_LISTED}",
    "egress.reserved": f"{{host}} is a reserved address ({{address}}), {_NOT_REACHED} {_LISTED}",
    "egress.not_named": "{host} ({address}) is not named in the plugin's configuration, and the purpose {purpose} "
    f"reaches nothing else. Name it there. {_LISTED}",
    "egress.metadata": f"{{host}} is a cloud metadata service ({{address}}), {_NOT_REACHED} {_NEVER}",
    "egress.multicast": f"{{host}} is a multicast address ({{address}}), {_NOT_REACHED} {_NEVER}",
    "egress.unspecified": f"{{host}} is not the address of a machine ({{address}}), {_NOT_REACHED} {_NEVER}",
    "egress.own_port": f"{{host}} ({{address}}), port {{port}}, is Glimpser itself, {_NOT_REACHED} {_NEVER}",
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
    "egress.budget": "More than {limit} bytes within an hour, which is all that the purpose {purpose} may move.",
    "egress.auth": "The credential is missing or not valid (any more).",
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
