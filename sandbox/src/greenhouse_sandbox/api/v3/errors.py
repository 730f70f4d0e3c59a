"""Harvest v3's form of an error: the HTTP phrase, and a list of strings or of one-member objects."""

from greenhouse_sandbox.api.answers import PHRASES, ApiError


def v3_error(status: int, *errors: str | dict[str, str]) -> ApiError:
    """An error of `status` with these entries."""
    return ApiError(status, {"message": PHRASES[status], "errors": list(errors)})


def invalid(parameter: str, text: str) -> ApiError:
    """422 about one parameter or body member."""
    return v3_error(422, {parameter: text})
