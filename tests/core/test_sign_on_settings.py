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
        '{"claim": "", "values": {}}',
        '{"claim": "g", "values": {"a": {"organisation": 3, "kind": "admin"}}}',
        '{"claim": "g", "values": {"a": {"organisation": "acme", "kind": ["admin"]}}}',
        "[" * 100_000,
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


IDP = '{"entity_id": "i", "metadata_url": "https://i/metadata"}'


@pytest.mark.parametrize(
    ("idp", "said"),
    [
        ('{"entity_id": 1, "metadata_url": "https://i/metadata"}', "entity_id {}must be text, not 1."),
        (
            '{"entity_id": "i", "metadata_url": "https://i", "metadata_cache_timeout": "1 h"}',
            "metadata_cache_timeout {}must be a number of seconds from 1 to 31536000.",
        ),
        ('{"entity_id": "i", "metadata_url": null}', "metadata_url {}must be text, not null."),
        ('{"entity_id": "i", "sso_url": "https://i", "x509cert": []}', "x509cert {}must be text, not []."),
        (
            '{"entity_id": "i", "metadata_url": "i/metadata"}',
            "metadata_url {}must be a URL like https://idp.example.com/metadata, not 'i/metadata'.",
        ),
    ],
)
def test_a_wrong_value_of_the_identity_provider_is_named(idp: str, said: str) -> None:
    with pytest.raises(SettingError) as refused:
        saml(idp=idp, name="", attributes="", verified_domains=())
    assert str(refused.value) == said.format("in GOODWORD_SAML_IDP ")


@pytest.mark.parametrize(
    ("attributes", "said"),
    [
        ('{"email": 3}', "email in {} must be an attribute's name or a list of names, not 3."),
        ('{"email": []}', "email in {} must be an attribute's name or a list of names, not []."),
        (
            '{"mail": "email"}',
            (
                "{} has an unknown name, 'mail'. Allowed: uid, email, email_verified, name, first_name, last_name, "
                "username."
            ),
        ),
    ],
)
def test_a_wrong_attribute_is_named(attributes: str, said: str) -> None:
    with pytest.raises(SettingError) as refused:
        saml(idp=IDP, name="", attributes=attributes, verified_domains=())
    assert str(refused.value) == said.format("GOODWORD_SAML_ATTRIBUTES")


def test_allauths_times_and_an_empty_address_for_signing_out_are_accepted() -> None:
    idp = '{"entity_id": "i", "metadata_url": "https://i", "slo_url": "", "metadata_cache_timeout": 600}'
    (app,) = saml(idp=idp, name="", attributes='{"name": "displayName"}', verified_domains=())["saml"]["APPS"]
    assert app["settings"]["idp"] == {
        "entity_id": "i",
        "metadata_url": "https://i",
        "metadata_cache_timeout": 600,
    }
    assert app["settings"]["attribute_mapping"] == {"name": "displayName"}


def test_attributes_need_an_identity_provider() -> None:
    with pytest.raises(SettingError, match="GOODWORD_SAML_ATTRIBUTES is set, but GOODWORD_SAML_IDP is not"):
        saml(idp="", name="", attributes='{"email": "mail"}', verified_domains=())


def test_saml_takes_a_mapping_of_attributes() -> None:
    made = saml(
        idp=IDP,
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
