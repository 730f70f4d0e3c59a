"""Reading what is sent to the token endpoints."""

import base64
import binascii
import secrets

from flask import request

from greenhouse_sandbox.api.answers import ApiError
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.credentials import CLIENT_ID_SUFFIX, digest, find_oauth_client
from greenhouse_sandbox.store.access import OAuthClient


def basic_pair() -> tuple[str, str] | None:
    """User name and password of the Authorization header, if it is a Basic one that can be read."""
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        user, _, secret = base64.b64decode(text.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return user, secret


def parameters() -> dict[str, str]:
    """Query, form and JSON members together: all three places are in use."""
    body = request.get_json(silent=True) if request.is_json else None
    members = {str(name): str(value) for name, value in body.items()} if isinstance(body, dict) else {}
    return {**request.args.to_dict(), **request.form.to_dict(), **members}


def unauthorised() -> ApiError:
    """401 for a call without any client."""
    return ApiError(401, {"message": "Unauthorized", "errorId": f"err-{secrets.token_hex(8)}"})


def known_client(client_id: str, secret: str) -> OAuthClient:
    """The credential with that id and secret. The answer to a malformed id echoes it, as seen on the wire."""
    if not client_id.endswith(CLIENT_ID_SUFFIX):
        message = f"client_id={client_id} does not contain a valid client ID suffix"
        raise ApiError(400, {"message": message, "errorId": f"err-{secrets.token_hex(8)}"})
    client = find_oauth_client(the_store(), client_id)
    if client is None or not secrets.compare_digest(client.secret_hash, digest(secret)):
        raise ApiError(401, {"error": "invalid_client"})
    return client
