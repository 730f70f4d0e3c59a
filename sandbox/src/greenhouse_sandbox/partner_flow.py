"""The partner flow: `/authorize`, single-use codes and refresh tokens. People choose here which user the partner acts
as."""

import secrets
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from greenhouse_sandbox.context import the_store
from greenhouse_sandbox.credentials import digest, find_oauth_client
from greenhouse_sandbox.loopback import refuse_strangers
from greenhouse_sandbox.store import Store
from greenhouse_sandbox.store.account import Grant, OAuthClient
from greenhouse_sandbox.store.people import User

#: documented lifetime of each kind
LIVES = {"code": timedelta(minutes=1), "refresh": timedelta(hours=24)}


def issue(
    store: Store,
    kind: str,
    client: OAuthClient,
    *,
    user_id: int,
    scopes: list[str],
    now: datetime,
    redirect_uri: str = "",
) -> str:
    """Issue a code or refresh token, and delete expired ones."""
    for old in [grant for grant in store.grants.rising() if grant.expires_at <= now]:
        store.grants.delete(old.id)
    secret = secrets.token_urlsafe(32)
    store.grants.insert(
        Grant(
            id=store.grants.new_id(),
            created_at=now,
            updated_at=now,
            kind=kind,
            secret_hash=digest(secret),
            oauth_client_id=client.id,
            user_id=user_id,
            scopes=scopes,
            redirect_uri=redirect_uri,
            expires_at=now + LIVES[kind],
        )
    )
    return secret


def redeem(store: Store, kind: str, client: OAuthClient, secret: str, *, now: datetime) -> Grant | None:
    """Use a code or refresh token. None if it is unknown, used, expired or belongs to another client."""
    found = store.grants.by("secret_hash", digest(secret))
    grant = found[0] if found else None
    if grant is None or grant.kind != kind or grant.oauth_client_id != client.id:
        return None
    if grant.used or grant.expires_at <= now:
        return None
    grant.used = True
    store.grants.changed(grant, now)
    return grant


def make_blueprint() -> Blueprint:
    blueprint = Blueprint("authorise", __name__)
    blueprint.add_url_rule("/authorize", "ask", ask)
    blueprint.add_url_rule("/authorize", "answer", answer, methods=["POST"])
    blueprint.before_request(refuse_strangers)
    return blueprint


def ask() -> ResponseReturnValue:
    """Show the client and its scopes. With the switch `authorize` at `approve`, approve at once."""
    store = the_store()
    client, back = _client_and_way_back(store)
    if request.args.get("response_type") != "code":
        return _leave(back, error="unsupported_response_type")
    scopes = _scopes(client)
    if not scopes:
        return _leave(back, error="invalid_scope")
    if store.switches["authorize"] == "approve":
        return _let_in(store, client, back, scopes, store.users[store.acting_user_id])
    return render_template("authorize.html", client=client, scopes=scopes, back=back, actors=_actors(store))


def answer() -> ResponseReturnValue:
    """Redirect to the partner with a code or an error."""
    store = the_store()
    client, back = _client_and_way_back(store)
    actor = next((user for user in _actors(store) if str(user.id) == request.form.get("user_id")), None)
    if request.form.get("decision") != "authorize" or actor is None:
        return _leave(back, error="access_denied")
    return _let_in(store, client, back, _scopes(client), actor)


def _let_in(
    store: Store, client: OAuthClient, back: str, scopes: list[str], user: User
) -> ResponseReturnValue:
    now = store.clock.now()
    code = issue(store, "code", client, user_id=user.id, scopes=scopes, redirect_uri=back, now=now)
    return _leave(back, code=code)


def _client_and_way_back(store: Store) -> tuple[OAuthClient, str]:
    """Return the client and its redirect URI. Errors are shown here instead of being sent to an unverified URI."""
    client = find_oauth_client(store, request.args.get("client_id", ""))
    if client is None:
        abort(400, "There is no Harvest V3 credential with this client_id.")
    back = request.args.get("redirect_uri", "")
    if urlsplit(back).scheme not in {"http", "https"} or not urlsplit(back).netloc:
        abort(400, "The redirect_uri must be a web address.")
    if client.redirect_uris and back not in client.redirect_uris:
        abort(400, "The redirect_uri is not one of those that were registered.")
    return client, back


def _scopes(client: OAuthClient) -> list[str]:
    """The requested scopes that the credential has; all of its scopes if none is requested."""
    wanted = request.args.get("scope", "").split()
    return [scope for scope in client.scopes if not wanted or scope in wanted]


def _actors(store: Store) -> list[User]:
    """Users that the partner may act as: the acting user and, for a Site Admin, service accounts."""
    person = store.users[store.acting_user_id]
    services = [user for user in store.users.rising() if user.service_account and not user.deactivated]
    return [person, *services] if person.site_admin else [person]


def _leave(back: str, **members: str) -> ResponseReturnValue:
    state = request.args.get("state")
    query = urlencode(members | ({"state": state} if state is not None else {}))
    return redirect(f"{back}{'&' if urlsplit(back).query else '?'}{query}")
