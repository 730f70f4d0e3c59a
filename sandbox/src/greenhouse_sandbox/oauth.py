"""The token endpoints. Error bodies are those seen without a valid credential."""

import base64
import secrets
from typing import Any

from flask import Blueprint, Response, g, request

from greenhouse_sandbox import partner_flow
from greenhouse_sandbox.api.answers import ApiError, error_response, json_response, not_found
from greenhouse_sandbox.api.v3.requests import count_call
from greenhouse_sandbox.clock import seconds
from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.credentials import CLIENT_ID_SUFFIX, digest, find_api_key, find_oauth_client
from greenhouse_sandbox.permissions import V3_CATEGORIES
from greenhouse_sandbox.reading import read_json, whole_number
from greenhouse_sandbox.store.account import OAuthClient
from greenhouse_sandbox.tokens import BadTokenError, mint, read_token

GRANTS = (
    "authorization_code, refresh_token, client_credentials, urn:ietf:params:oauth:grant-type:token-exchange"
)
WINDOW_SECONDS = 60


def basic_pair() -> tuple[str, str] | None:
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        user, _, secret = base64.b64decode(text.strip(), validate=True).decode().partition(":")
    except ValueError:
        return None
    return user, secret


def parameters() -> dict[str, str]:
    """Parameters from query, form and JSON, since clients use all three."""
    try:
        body = read_json(request.get_data()) if request.is_json else None
    except ValueError:
        body = None
    members = {str(name): str(value) for name, value in body.items()} if isinstance(body, dict) else {}
    return {**request.args.to_dict(), **request.form.to_dict(), **members}


def unauthorised() -> ApiError:
    return ApiError(401, {"message": "Unauthorized", "errorId": f"err-{secrets.token_hex(8)}"})


def known_client(client_id: str, secret: str) -> OAuthClient:
    """The error for a malformed id echoes it, as Greenhouse does."""
    if not client_id.endswith(CLIENT_ID_SUFFIX):
        message = f"client_id={client_id} does not contain a valid client ID suffix"
        raise ApiError(400, {"message": message, "errorId": f"err-{secrets.token_hex(8)}"})
    client = find_oauth_client(the_store(), client_id)
    if client is None or not secrets.compare_digest(client.secret_hash, digest(secret)):
        raise ApiError(401, {"error": "invalid_client"})
    return client


def make_blueprint() -> Blueprint:
    blueprint = Blueprint("oauth", __name__)
    blueprint.add_url_rule("/token", "token", token, methods=["POST"])
    blueprint.add_url_rule("/introspect", "introspect", introspect, methods=["POST"])
    blueprint.add_url_rule("/auth/token", "transition", transition_token, methods=["POST"])
    blueprint.register_error_handler(ApiError, error_response)
    blueprint.after_request(_finish)
    return blueprint


def token() -> Response:
    """A token for client credentials, a code or a refresh token."""
    sent = parameters()
    client_id, secret = basic_pair() or (sent.get("client_id", ""), sent.get("client_secret", ""))
    if not client_id:
        raise unauthorised()
    grant = sent.get("grant_type")
    if not grant:
        raise ApiError(400, {"message": "Must include `grant_type` parameter in /token request"})
    if grant not in GRANTS.split(", "):
        raise ApiError(400, {"message": f"grant_type={grant} is invalid, please use one of: {GRANTS}"})
    client = known_client(client_id, secret)
    count_call(
        f"token client:{client.id}",
        limit=the_store().switches["token_rate_limit"],
        window_seconds=WINDOW_SECONDS,
    )
    if grant == "client_credentials":
        return json_response(_by_credentials(client, sent))
    if grant == "authorization_code":
        return json_response(_by_grant(client, "code", sent.get("code", ""), sent.get("redirect_uri")))
    if grant == "refresh_token":
        return json_response(_by_grant(client, "refresh", sent.get("refresh_token", ""), None))
    raise ApiError(400, {"error": "unauthorized_client"})


def introspect() -> Response:
    """State and scopes of a token, for the client that owns it."""
    store = the_store()
    client_id, secret = basic_pair() or ("", "")
    if not client_id:
        raise unauthorised()
    client = known_client(client_id, secret)
    try:
        bearer = read_token(store, parameters().get("token", ""), now=store.clock.now())
    except BadTokenError:
        return json_response({"active": False})
    if bearer.credential != f"client:{client.id}":
        return json_response({"active": False})
    admin = bearer.user.site_admin
    if bearer.user.service_account:
        admin = store.switches["service_user_site_admin"]
    known = [scope for members in V3_CATEGORIES.values() for scope in members if scope in bearer.scopes]
    return json_response(
        {
            "active": True,
            "client_id": client.client_id,
            "sub": str(bearer.user.id),
            "scope": " ".join(known),
            "https://auth.greenhouse.io/claims": {
                "organization": store.organisation,
                "user_role": "site_admin" if admin else "basic",
            },
        }
    )


def transition_token() -> Response:
    """A v3 token for a v1 key, acting as the user `sub`."""
    store = the_store()
    pair = basic_pair()
    key = find_api_key(store, pair[0]) if pair else None
    if key is None:
        raise ApiError(401, {"message": "Invalid Basic Auth credentials"})
    if store.switches["v1"] != "on":
        raise not_found()
    user_id = _acting_user(parameters().get("sub"), None)
    access, expires = mint(store, credential=f"key:{key.id}", user_id=user_id, now=store.clock.now())
    return json_response({"token_type": "Bearer", "access_token": access, "expires": seconds(expires)})


def _by_credentials(client: OAuthClient, sent: dict[str, str]) -> dict[str, Any]:
    """Issue a token for the client's service user, or for the user given as `sub`."""
    if not client.scopes:
        raise ApiError(400, {"message": "Client application is not requesting any scopes"})
    return _answer(client, _acting_user(sent.get("sub"), client.service_user_id), None)


def _by_grant(client: OAuthClient, kind: str, secret: str, redirect_uri: str | None) -> dict[str, Any]:
    """Issue a token for the user chosen at `/authorize`, with a refresh token."""
    store = the_store()
    now = store.clock.now()
    grant = partner_flow.redeem(store, kind, client, secret, now=now)
    if grant is None or (redirect_uri is not None and redirect_uri != grant.redirect_uri):
        raise ApiError(400, {"error": "invalid_grant"})
    user = store.users.get(grant.user_id)
    if user is None or user.deactivated:
        raise ApiError(400, {"error": "invalid_grant"})
    answer = _answer(client, user.id, grant.scopes)
    answer["refresh_token"] = partner_flow.issue(
        store, "refresh", client, user_id=user.id, scopes=grant.scopes, now=now
    )
    return answer


def _answer(client: OAuthClient, user_id: int, scopes: list[str] | None) -> dict[str, Any]:
    store = the_store()
    access, expires = mint(
        store, credential=f"client:{client.id}", user_id=user_id, scopes=scopes, now=store.clock.now()
    )
    answer: dict[str, Any] = {"token_type": "Bearer", "access_token": access}
    form = store.switches["token_expiry"]
    if form in {"expires_at", "both"}:
        answer["expires_at"] = seconds(expires)
    if form in {"expires_in", "both"}:
        answer["expires_in"] = store.switches["token_seconds"]
    return answer


def _acting_user(sub: str | None, otherwise: int | None) -> int:
    if not sub and otherwise is not None:
        return otherwise
    user = the_store().users.get(whole_number(sub))
    if user is None or user.deactivated:
        raise ApiError(400, {"error": "invalid_grant"})
    return user.id


def _finish(response: Response) -> Response:
    response.headers.extend(g.get("rate_headers", {}))
    if response.is_json:
        response.headers["Content-Type"] = "application/json; charset=utf-8"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Pragma"] = "no-cache"
    return response
