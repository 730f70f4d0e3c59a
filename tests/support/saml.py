"""SAML responses, signed by a test identity provider."""

import base64
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from lxml import etree
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from tests.support.web_server import Handler, served

IDP, SSO_URL = "https://idp.northwind.example", "https://idp.northwind.example/sso"
SITE = "http://testserver/accounts/saml/saml/"
_RESPONSE = """<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="r{number}" Version="2.0"
 IssueInstant="{now}" Destination="{site}acs/"{in_response_to}>
<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">{idp}</saml:Issuer>
<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="a{number}" Version="2.0" IssueInstant="{now}">
<saml:Issuer>{idp}</saml:Issuer>
<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">{uid}</saml:NameID>
<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">
<saml:SubjectConfirmationData NotOnOrAfter="{later}" Recipient="{site}acs/"{in_response_to}/>
</saml:SubjectConfirmation></saml:Subject>
<saml:Conditions NotBefore="{earlier}" NotOnOrAfter="{later}">
{audiences}</saml:Conditions>
<saml:AuthnStatement AuthnInstant="{now}" SessionIndex="s{number}"><saml:AuthnContext>
<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef>
</saml:AuthnContext></saml:AuthnStatement>
<saml:AttributeStatement><saml:Attribute Name="mail">
<saml:AttributeValue>{email}</saml:AttributeValue></saml:Attribute>{groups}</saml:AttributeStatement>
</saml:Assertion></samlp:Response>"""

_AUDIENCE = "<saml:AudienceRestriction><saml:Audience>{}</saml:Audience></saml:AudienceRestriction>"
_GROUPS = """<saml:Attribute Name="groups"><saml:AttributeValue>{}</saml:AttributeValue></saml:Attribute>"""
_PAGE = """<!doctype html><title>Northwind ID</title><form method="post" action="{site}acs/">
<input type="hidden" name="SAMLResponse" value="{response}"></form><script>document.forms[0].submit()</script>"""
_SIGN_OUT = """<samlp:{kind} xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="s1" Version="2.0"
 IssueInstant="2026-01-01T00:00:00Z" Destination="{site}sls/">
<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">{idp}</saml:Issuer>{rest}</samlp:{kind}>"""
_RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"


@cache
def key_and_certificate(owner: str) -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, owner)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    return (
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        certificate.public_bytes(Encoding.PEM).decode(),
    )


def request(location: str) -> bytes:
    """The request in a redirect to the identity provider."""
    return zlib.decompress(base64.b64decode(parse_qs(urlsplit(location).query)["SAMLRequest"][0]), -15)


def request_id(location: str) -> str:
    return str(etree.fromstring(request(location)).get("ID"))


def response(
    *,
    email: str,
    uid: str = "rita-1",
    groups: str = "",
    to: str = "",
    signer: str | None = "northwind",
    site: str = SITE,
    audiences: Sequence[str] | None = None,
) -> str:
    """The posted answer to the request `to`. `signer`: whose key signs it; None: unsigned. `audiences`: each in a
    restriction of its own; None: only Goodword."""
    now = datetime.now(UTC)
    values: dict[str, Any] = {
        name: f"{moment:%Y-%m-%dT%H:%M:%SZ}"
        for name, moment in (
            ("now", now),
            ("earlier", now - timedelta(minutes=5)),
            ("later", now + timedelta(minutes=5)),
        )
    }
    xml = _RESPONSE.format(
        **values,
        idp=IDP,
        site=site,
        uid=uid,
        email=email,
        audiences="".join(map(_AUDIENCE.format, [f"{site}metadata/"] if audiences is None else audiences)),
        groups=_GROUPS.format(groups) if groups else "",
        number=to or "0",
        in_response_to=f' InResponseTo="{to}"' if to else "",
    )
    if signer is None:
        return base64.b64encode(xml.encode()).decode()
    key, certificate = key_and_certificate(signer)
    signed: bytes = OneLogin_Saml2_Utils.add_sign(xml, key, certificate)
    return base64.b64encode(signed).decode()


def sign_out(name: str, *, signer: str | None = "northwind", then: str | None = "/") -> dict[str, str]:
    """The query of a link that signs out: `name` is SAMLRequest or SAMLResponse, `then` the page that follows."""
    if name == "SAMLRequest":
        name_id = '<saml:NameID xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">rita-1</saml:NameID>'
        xml = _SIGN_OUT.format(kind="LogoutRequest", site=SITE, idp=IDP, rest=name_id)
    else:
        code = '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/>'
        rest = f"<samlp:Status>{code}</samlp:Status>"
        xml = _SIGN_OUT.format(kind="LogoutResponse", site=SITE, idp=IDP, rest=rest)
    packed = zlib.compress(xml.encode(), wbits=-15)
    query = {name: base64.b64encode(packed).decode()} | ({"RelayState": then} if then else {})
    if signer is None:
        return query
    query["SigAlg"] = _RSA_SHA256
    key = key_and_certificate(signer)[0]
    signed = OneLogin_Saml2_Utils.sign_binary(urlencode(query), key)
    return query | {"Signature": base64.b64encode(signed).decode()}


@contextmanager
def provider(*, site: str, person: Mapping[str, str]) -> Iterator[str]:
    """A provider whose page immediately posts a response for this person, even without a request. Yields its URL."""

    class Page(Handler):
        def do_GET(self) -> None:  # noqa: N802 - http.server's name
            to = request_id(self.path) if "SAMLRequest" in self.path else ""
            page = _PAGE.format(site=site, response=response(**person, to=to, site=site))
            self.answer(page, content_type="text/html")

    with served(Page) as url:
        yield f"{url}/sso"


def configuration(url: str = SSO_URL) -> dict[str, Any]:
    """allauth's configuration, as goodword.settings builds it from the environment."""
    from goodword.core.sign_on_settings import saml

    idp = {"entity_id": IDP, "sso_url": url, "x509cert": key_and_certificate("northwind")[1]}
    return saml(
        idp=json.dumps(idp),
        name="Northwind ID",
        attributes='{"email": "mail"}',
        verified_domains=["acme.example"],
    )
