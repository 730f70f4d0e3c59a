"""Single sign-on settings: allauth's provider configuration, and the claims that make somebody a member."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Final, TypeGuard

from goodword.core.environment import SettingError, check_url

#: kinds of member that a claim can grant, least powerful first
KINDS: Final = ("hiring_manager", "recruiter", "admin")
_MEMBERS_EXAMPLE: Final = (
    '{"claim": "groups", "values": {"talent-team": {"organisation": "acme", "kind": "recruiter"}}}'
)
_IDP_EXAMPLE: Final = (
    '{"entity_id": "https://idp.example.com", "metadata_url": "https://idp.example.com/metadata"}'
)
_IDP_URLS: Final = ("metadata_url", "sso_url", "slo_url")
_IDP_NAMES: Final = ("entity_id", *_IDP_URLS, "x509cert")
_IDP_TIMES: Final = ("metadata_request_timeout", "metadata_cache_timeout")
#: seconds of a year
_LONGEST: Final = 31_536_000
_ATTRIBUTES_EXAMPLE: Final = '{"email": "mail", "uid": "uid"}'
#: those that allauth uses
_ATTRIBUTES: Final = ("uid", "email", "email_verified", "name", "first_name", "last_name", "username")


@dataclass(frozen=True, slots=True)
class Place:
    organisation: str
    kind: str


@dataclass(frozen=True, slots=True)
class MemberClaim:
    """A claim; for each of its values, the organisation (slug) and the kind of member."""

    claim: str
    places: Mapping[str, Place]

    def places_for(self, claims: Mapping[str, Any]) -> dict[str, str]:
        """Organisation slugs, each with the most powerful kind of member that the claims grant."""
        given = claims.get(self.claim, [])
        found: dict[str, str] = {}
        for value in [given] if isinstance(given, str) else given if isinstance(given, list) else []:
            place = self.places.get(value) if isinstance(value, str) else None
            if place:
                best = max(found.get(place.organisation, place.kind), place.kind, key=KINDS.index)
                found[place.organisation] = best
        return found


def member_claim(value: str) -> MemberClaim | None:
    if not value:
        return None
    wrong = SettingError(f"GOODWORD_SSO_MEMBERS must be a JSON object like {_MEMBERS_EXAMPLE}.")
    given = _object("GOODWORD_SSO_MEMBERS", value, example=_MEMBERS_EXAMPLE)
    claim, values = given.get("claim"), given.get("values")
    if set(given) != {"claim", "values"} or not _is_text(claim) or not isinstance(values, dict):
        raise wrong
    places = {}
    for name, place in values.items():
        if not isinstance(place, dict) or set(place) != {"organisation", "kind"}:
            raise wrong
        if not _is_text(place["organisation"]):
            raise SettingError(
                f"GOODWORD_SSO_MEMBERS names the organisation {place['organisation']!r}; it must be a slug like 'acme'."
            )
        if place["kind"] not in KINDS:
            raise SettingError(
                f"GOODWORD_SSO_MEMBERS names the kind {place['kind']!r}; it must be one of {', '.join(KINDS)}."
            )
        places[name] = Place(organisation=place["organisation"], kind=place["kind"])
    return MemberClaim(claim=claim, places=places)


def oidc(
    *,
    url: str,
    client_id: str,
    secret: str,
    name: str,
    scopes: Sequence[str],
    verified_domains: Sequence[str],
) -> dict[str, Any]:
    """allauth's configuration of an OpenID Connect provider; empty without a URL."""
    if not url:
        if client_id or secret:
            raise SettingError(
                "GOODWORD_OIDC_CLIENT_ID or GOODWORD_OIDC_CLIENT_SECRET is set, but GOODWORD_OIDC_URL is not."
            )
        return {}
    if not client_id or not secret:
        raise SettingError("GOODWORD_OIDC_URL needs GOODWORD_OIDC_CLIENT_ID and GOODWORD_OIDC_CLIENT_SECRET.")
    app = {
        "provider_id": "oidc",
        "name": name,
        "client_id": client_id,
        "secret": secret,
        "settings": {
            "server_url": url,
            "scope": list(scopes),
            "oauth_pkce_enabled": True,
            "verified_email": list(verified_domains),
        },
    }
    return {"openid_connect": {"APPS": [app]}}


def saml(*, idp: str, name: str, attributes: str, verified_domains: Sequence[str]) -> dict[str, Any]:
    """allauth's configuration of a SAML identity provider; empty without one."""
    if not idp:
        if attributes:
            raise SettingError("GOODWORD_SAML_ATTRIBUTES is set, but GOODWORD_SAML_IDP is not.")
        return {}
    if not find_spec("onelogin"):
        raise SettingError("GOODWORD_SAML_IDP needs the extra goodword[saml]: pip install 'goodword[saml]'.")
    known = _object("GOODWORD_SAML_IDP", idp, example=_IDP_EXAMPLE)
    if not known.get("slo_url"):
        known.pop("slo_url", None)
    _check_names("GOODWORD_SAML_IDP", known, (*_IDP_NAMES, *_IDP_TIMES))
    for key, value in known.items():
        if key in _IDP_TIMES:
            if type(value) is not int or not 1 <= value <= _LONGEST:
                raise SettingError(
                    f"{key} in GOODWORD_SAML_IDP must be a number of seconds from 1 to {_LONGEST}."
                )
        elif not _is_text(value):
            raise SettingError(f"{key} in GOODWORD_SAML_IDP must be text, not {json.dumps(value)}.")
        if key in _IDP_URLS:
            check_url(f"{key} in GOODWORD_SAML_IDP", value, example=f"https://idp.example.com/{key[:-4]}")
    if "entity_id" not in known or not (
        {"metadata_url"} <= set(known) or {"sso_url", "x509cert"} <= set(known)
    ):
        raise SettingError(
            "GOODWORD_SAML_IDP needs entity_id, and either metadata_url or both sso_url and x509cert."
        )
    settings: dict[str, Any] = {
        "idp": known,
        "verified_email": list(verified_domains),
        "advanced": {
            "allow_single_label_domains": True,  # hosts in a private network
            # providers read our metadata once, and python3-saml would let them expire after two days
            "metadata_valid_until": "",
            "metadata_cache_duration": "",
        },
    }
    if attributes:
        settings["attribute_mapping"] = _attribute_names(attributes)
    return {
        "saml": {"APPS": [{"provider_id": "saml", "client_id": "saml", "name": name, "settings": settings}]}
    }


def _attribute_names(attributes: str) -> dict[str, Any]:
    given = _object("GOODWORD_SAML_ATTRIBUTES", attributes, example=_ATTRIBUTES_EXAMPLE)
    _check_names("GOODWORD_SAML_ATTRIBUTES", given, _ATTRIBUTES)
    for key, names in given.items():
        if not (_is_text(names) or (isinstance(names, list) and names and all(map(_is_text, names)))):
            raise SettingError(
                f"{key} in GOODWORD_SAML_ATTRIBUTES must be an attribute's name or a list of names, "
                f"not {json.dumps(names)}."
            )
    return given


def _check_names(setting: str, given: Mapping[str, Any], known: Sequence[str]) -> None:
    for key in given:
        if key not in known:
            raise SettingError(f"{setting} has an unknown name, {key!r}. Allowed: {', '.join(known)}.")


def _is_text(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and bool(value.strip())


def _object(setting: str, value: str, *, example: str) -> dict[str, Any]:
    try:
        given = json.loads(value)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        raise SettingError(f"{setting} must be a JSON object like {example}.")
    return given
