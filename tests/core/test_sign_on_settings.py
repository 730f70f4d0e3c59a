"""The settings of single sign-on."""

import pytest

from goodword.accounts.models import Membership
from goodword.core.environment import SettingError
from goodword.core.sign_on_settings import KINDS, member_claim, oidc, saml


def test_nothing_is_configured_without_settings() -> None:
    assert oidc(url="", client_id="", secret="", name="x", scopes=(), verified_domains=()) == {}
    assert saml(idp="", name="x", attributes="", verified_domains=()) == {}
    assert member_claim("") is None


def test_the_kinds_are_those_of_members() -> None:
    assert sorted(KINDS) == sorted(Membership.Kind.values)


@pytest.mark.parametrize(("client_id", "secret"), [("", "s"), ("c", "")])
def test_oidc_needs_id_and_secret(client_id: str, secret: str) -> None:
    with pytest.raises(SettingError, match="GOODWORD_OIDC_CLIENT_ID and GOODWORD_OIDC_CLIENT_SECRET"):
        oidc(
            url="https://id.example",
            client_id=client_id,
            secret=secret,
            name="",
            scopes=(),
            verified_domains=(),
        )


@pytest.mark.parametrize(
    "value",
    [
        "groups",
        "[]",
        "{}",
        '{"claim": 1, "values": {}}',
        '{"claim": "g", "values": []}',
        '{"claim": "g", "values": {"a": "acme"}}',
        '{"claim": "g", "values": {"a": {"organisation": "acme"}}}',
        '{"claim": "g", "values": {"a": {"organisation": "acme", "kind": "owner"}}}',
    ],
)
def test_a_wrong_claim_is_refused_at_start(value: str) -> None:
    with pytest.raises(SettingError, match="GOODWORD_SSO_MEMBERS"):
        member_claim(value)


@pytest.mark.parametrize(
    "idp", ["x", "{}", '{"entity_id": "i"}', '{"entity_id": "i", "sso_url": "https://i"}']
)
def test_an_incomplete_identity_provider_is_refused_at_start(idp: str) -> None:
    with pytest.raises(SettingError, match="GOODWORD_SAML_IDP"):
        saml(idp=idp, name="", attributes="", verified_domains=())


def test_saml_takes_a_mapping_of_attributes() -> None:
    made = saml(
        idp='{"entity_id": "i", "metadata_url": "https://i/metadata"}',
        name="Northwind ID",
        attributes='{"email": "mail"}',
        verified_domains=["acme.example"],
    )
    (app,) = made["saml"]["APPS"]
    assert app["settings"] == {
        "idp": {"entity_id": "i", "metadata_url": "https://i/metadata"},
        "attribute_mapping": {"email": "mail"},
        "verified_email": ["acme.example"],
        "advanced": {
            "allow_single_label_domains": True,
            "metadata_valid_until": "",
            "metadata_cache_duration": "",
        },
    }
