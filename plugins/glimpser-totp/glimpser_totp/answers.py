"""What the routes answer."""

from __future__ import annotations

from pydantic import BaseModel, Field


class Begun(BaseModel):
    """An enrolment that a first code has to finish, within ten minutes."""

    secret: str = Field(description="To type into the app where it cannot scan, in base 32.")
    uri: str = Field(description="The same as otpauth URI.")
    qr_svg: str = Field(description="The URI as a QR code, an SVG picture.")
    expires_in: int = Field(description="Seconds.")


class Renewed(BaseModel):
    """Recovery codes in place of all that there were."""

    recovery_codes: list[str] = Field(description="Each signs in once when the device is lost; shown this once.")
