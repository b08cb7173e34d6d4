"""Trying configurations out."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from glimpser_sdk.errors import ConfigInvalid


def refuse(model: Any, document: dict[str, Any]) -> None:
    """Fail unless the model refuses the document as models do, by naming the field."""
    try:
        model.model_validate(document)
    except ValidationError as error:
        nameless = not all(found["loc"] for found in error.errors())
    except ConfigInvalid as error:
        nameless = not error.field
    except Exception as error:
        pytest.fail(f"{document}: {type(error).__name__} instead of a validation error: {error}")
    else:
        pytest.fail(f"{document} was accepted by {model.__name__}")
    assert not nameless, f"{document}: the error names no field"


def defaults(model: Any) -> Any:
    """The model with nothing said. Fails, with what to override, where a field is required."""
    try:
        return model()
    except ValidationError as error:
        pytest.fail(f"{model.__name__} has required fields; override the fixture `config`: {error}")
