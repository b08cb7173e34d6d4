"""Codes: which are right when, and how they look."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import re
import secrets
from datetime import datetime, timedelta

import pyotp
import segno

STEP_S = 30
DIGITS = 6
AROUND = 1
"""Steps by which the clocks of app and hub may differ."""
RECOVERY_CODES = 10
_RECOVERY_BYTES = 10
_SEPARATORS = re.compile(r"[\s-]+")


def new_secret() -> str:
    """160 random bits in base 32, as the standard recommends for SHA-1."""
    return pyotp.random_base32(32)


def uri(secret: str, name: str, issuer: str) -> str:
    """What an app scans."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=issuer)


def qr_svg(text: str) -> str:
    """A QR code as SVG, dark on white so that it can be scanned from a dark page too."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", scale=5, border=4, light="white", xmldecl=False)
    return out.getvalue().decode().strip()


def plain(code: str) -> str:
    """A code as typed, without blanks and hyphens."""
    return _SEPARATORS.sub("", code)


def step_of(secret: str, code: str, now: datetime, after: int) -> int | None:
    """The time step whose code this is, among those that are later than ``after``; None when it is none of them."""
    otp, current = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_S), int(now.timestamp()) // STEP_S
    found = None
    for step in range(current - AROUND, current + AROUND + 1):
        right = otp.generate_otp(step)
        if hmac.compare_digest(right.encode(), code.encode()) and step > after:
            found = step
    return found


def looks_like_totp(code: str) -> bool:
    """Whether it is a code of an app, by its form."""
    return code.isascii() and code.isdigit() and len(code) == DIGITS


def new_recovery_codes() -> list[str]:
    """Ten codes of 80 random bits, in groups of four."""
    made = [base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().lower() for _ in range(RECOVERY_CODES)]
    return ["-".join(code[i : i + 4] for i in range(0, len(code), 4)) for code in made]


def digest(code: str) -> str:
    """What is kept of a recovery code. 80 random bits need no slow hash."""
    return hashlib.sha256(plain(code).lower().encode()).hexdigest()


PENDING = timedelta(minutes=10)
"""How long an enrolment that was begun can be finished."""
