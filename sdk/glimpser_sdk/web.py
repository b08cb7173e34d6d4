"""What a plugin's routes use of the core, without importing it. Needs the extra ``glimpser-sdk[web]``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

if TYPE_CHECKING:
    from pydantic import BaseModel

_Model = TypeVar("_Model", bound="BaseModel")


class Principal(Protocol):
    """Who is asking. ``kind``: ``user`` for somebody in a browser; programs are of another."""

    id: str
    name: str
    role: str
    kind: str
    permissions: frozenset[str]


class Problem(Exception):
    """An answer in problem+json (RFC 9457). ``code`` is documented; ``params`` are JSON scalars."""

    def __init__(self, status: int, code: str, detail: str = "", **params: Any) -> None:
        super().__init__(detail or code)
        self.status = status
        self.code = code
        self.detail = detail
        self.params = params


class WebHost(Protocol):
    """Set by the core on the app as ``app.extensions["glimpser"]``."""

    def current_principal(self) -> Principal:
        """Who is asking; Problem 401 when nobody is signed in."""

    def require(self, permission: str, stream_id: str | None = None) -> None:
        """Problem 403, or 404 for an object that may not be seen."""

    def page(self, items: Sequence[Any], *, cursor: str | None, total: int) -> Any:
        """A list answer with ``Link`` and ``X-Total-Count``."""

    async def factor_removed(self) -> None:
        """See :func:`factor_removed`."""


class Match(Protocol):
    """Raises a Problem for a version of an object other than the one that the asker read. See :func:`matcher`."""

    def __call__(self, version: int) -> None:
        """Problem 412."""


def host() -> WebHost:
    """The core's side, inside a request."""
    from quart import current_app

    return cast(WebHost, current_app.extensions["glimpser"])


def current_principal() -> Principal:
    """Who is asking; Problem 401 when nobody is signed in."""
    return host().current_principal()


def require(permission: str, stream_id: str | None = None) -> None:
    """Problem 403, or 404 for an object that may not be seen."""
    host().require(permission, stream_id)


def page(items: Sequence[Any], *, cursor: str | None, total: int) -> Any:
    """A list answer with ``Link: …; rel="next"`` and ``X-Total-Count``."""
    return host().page(items, cursor=cursor, total=total)


async def factor_removed() -> None:
    """No second factor guards the account of who is asking any more. Their other sessions end, and this one goes on
    under a new cookie. Problem 403 unless it is a browser that asks."""
    await host().factor_removed()


async def body() -> bytes:
    """The request's body as it came."""
    from quart import request

    raw = await request.get_data(as_text=False)
    return raw if isinstance(raw, bytes) else raw.encode()


def read(model: type[_Model], given: bytes | Mapping[str, Any], invalid: Callable[[str, str], Problem]) -> _Model:
    """A body in JSON, or the arguments of a query, as a pydantic model.

    Where it is wrong, ``invalid`` makes the Problem that is raised. It is given the first field that is wrong, as a
    JSON pointer ('' for the whole), and what is wrong with it.
    """
    from pydantic import ValidationError

    try:
        return model.model_validate_json(given) if isinstance(given, bytes) else model.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        field = "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in first["loc"])
        raise invalid(field, first["msg"].removeprefix("Value error, ")) from None


def matcher(what: str) -> Match:
    """Compares the version of an object, ``what`` it is in a word, with the one of ``If-Match``. Problem 428 without.

    It is made in the request, and may be asked where there is none: in the hub's writer.
    """
    from quart import request

    asked = request.headers.get("If-Match", "").strip()
    if not asked:
        raise Problem(428, "match.needed", f"send the ETag of the {what} as If-Match")
    tags = [tag.strip() for tag in asked.split(",")]

    def match(version: int) -> None:
        if "*" not in tags and f'"v{version}"' not in tags:
            raise Problem(412, "match.failed", f"the {what} was changed meanwhile: read it again", version=version)

    return match


def versioned(document: Any, version: int, status: int = 200) -> Any:
    """An answer in JSON with the ETag that :func:`matcher` goes by."""
    from quart import jsonify

    answer = jsonify(document)
    answer.status_code, answer.headers["ETag"] = status, f'"v{version}"'
    return answer
