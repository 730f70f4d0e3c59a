"""Settings > Organisation > Logo and colour, and where they appear."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from goodword.accounts.domain.organisation import set_logo
from goodword.accounts.models import AuditEntry, Logo, Membership, Organisation, logo_of
from goodword.candidates.models import Application
from goodword.reports.domain.versions import head
from goodword.ui.colour import AA_TEXT, contrast, light_accent
from tests.reports.pdf.test_parts import SVG, encoded, png
from tests.support import factories
from tests.support.pages import signed_in
from tests.workspace.applications import path

pytestmark = pytest.mark.django_db

JPEG_START = b"\xff\xd8\xff\xe0"
#: the frame header of a JPEG of 65,500 x 65,500 pixels
HUGE_FRAME = b"\xff\xc2\x00\x0b\x08" + (65_500).to_bytes(2, "big") * 2 + b"\x01\x01\x11\x00"
#: an image that would take hours to render
ENDLESS = (
    b'<filter id="f"><feTurbulence numOctaves="1000000" baseFrequency="0.1"/></filter><path filter="url(#f)"'
)


@pytest.fixture
def org() -> Organisation:
    return factories.organisation(name="Acme")


@pytest.fixture
def ada(org: Organisation) -> Membership:
    return factories.member(org, kind="admin")


def upload(client: Client, org: Organisation, raw: bytes, name: str = "logo.png") -> Any:
    return client.post(path("organisation_logo", org), {"file": SimpleUploadedFile(name, raw)})


def actions(org: Organisation) -> list[str]:
    return list(AuditEntry.objects.of(org).order_by("pk").values_list("action", flat=True))


@pytest.mark.parametrize("raw", [png(), SVG])
def test_a_logo_becomes_a_png_that_is_served_without_a_login(
    org: Organisation, ada: Membership, raw: bytes
) -> None:
    client = signed_in(ada)
    for _ in range(2):
        assert upload(client, org, raw, "anything.txt").status_code == 302
    org.refresh_from_db()
    served = Client().get(org.logo_url)
    assert served.content.startswith(b"\x89PNG")
    assert (served["Content-Type"], served["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert served["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "immutable" in served["Cache-Control"]
    assert actions(org) == ["organisation.logo_changed"]
    assert org.logo_url in client.get(path("organisation_look", org)).content.decode()


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"", "Choose a PNG, JPEG or SVG file."),
        (b"GIF89a", "Choose a PNG, JPEG or SVG file."),
        (b"<html></html>", "Choose a PNG, JPEG or SVG file."),
        (JPEG_START + b" no picture", "This file can't be read."),
        (JPEG_START[:2] + HUGE_FRAME, "This picture has more than 16 million pixels."),
        (png()[:40], "This file can't be read."),
        (SVG.replace(b"<path", b"<script>alert(1)</script><path"), "This SVG contains a script"),
        (SVG.replace(b"<path", b"<text>Acme</text><path"), "This SVG contains text that needs a font."),
        (SVG.replace(b"<path", b'<image href="/etc/passwd" width="9" height="9"/><path'), "can't be read"),
        (SVG.replace(b"<path", b'<image href="http://127.0.0.1/x.png" width="9" height="9"/><path'), "can't be read"),
        (SVG + b" " * 1_100_000, "This file is larger than 1 MB."),
    ],
)  # fmt: skip
def test_other_files_are_refused_with_a_reason(
    org: Organisation, ada: Membership, raw: bytes, sentence: str
) -> None:
    page = upload(signed_in(ada), org, raw)
    assert page.status_code == 422
    assert sentence in " ".join(page.context["logo_form"].errors["file"])
    assert not Logo.objects.of(org).exists()
    assert actions(org) == []


@pytest.mark.slow
def test_an_endless_drawing_is_stopped_and_refused(org: Organisation, ada: Membership) -> None:
    page = upload(signed_in(ada), org, SVG.replace(b"<path", ENDLESS))
    assert page.status_code == 422
    assert "This file is too complex." in page.content.decode()
    org.refresh_from_db()
    assert not org.logo_url


@pytest.mark.world
def test_scripts_in_attributes_do_not_survive(org: Organisation, ada: Membership) -> None:
    assert upload(signed_in(ada), org, SVG.replace(b"<path", b'<path onload="alert(1)"')).status_code == 302
    content = logo_of(org)
    assert content is not None
    assert (content[:4], b"alert" in content) == (b"\x89PNG", False)


@pytest.mark.world
def test_a_replaced_logo_is_gone_and_a_removed_one_leaves_the_name(
    org: Organisation, ada: Membership
) -> None:
    client = signed_in(ada)
    upload(client, org, png())
    org.refresh_from_db()
    first = org.logo_url
    upload(client, org, SVG)
    org.refresh_from_db()
    assert org.logo_url != first
    assert Client().get(first).status_code == 404
    for _ in range(2):
        client.post(path("organisation_logo_remove", org))
    org.refresh_from_db()
    assert (org.logo_url, logo_of(org)) == ("", None)
    assert actions(org)[-1:] == ["organisation.logo_removed"]
    assert len(actions(org)) == 3


def test_two_organisations_with_the_same_logo_have_their_own(org: Organisation, ada: Membership) -> None:
    other = factories.organisation()
    theirs = factories.member(other, kind="admin")
    for who in (ada, theirs):
        set_logo(organisation=who.organisation, png=png(), by=who, now=factories.NOW)
    signed_in(ada).post(path("organisation_logo_remove", org))
    assert (logo_of(org), logo_of(other)) == (None, png())


def test_a_colour_is_previewed_then_saved(org: Organisation, ada: Membership) -> None:
    client, where = signed_in(ada), path("organisation_look", org)
    shown = client.post(where, {"accent": "F5C400", "show": "colour"})
    page = BeautifulSoup(shown.content, "html.parser")
    assert page.select_one('link[href="/ui/accent/f5c400.css"]') is not None
    readable = light_accent("#f5c400").main
    assert f"Shown as {readable}" in page.get_text()
    assert contrast(readable, "#ffffff") >= AA_TEXT
    org.refresh_from_db()
    assert (org.accent, actions(org)) == ("#0e6b57", [])
    assert client.post(where, {"accent": "F5C400"}).status_code == 302
    org.refresh_from_db()
    assert (org.accent, actions(org)) == ("#f5c400", ["organisation.colour_changed"])


@pytest.mark.matrix
@pytest.mark.parametrize("typed", ["", "green", "#fff", "#12345g", "#123456; x", "x" * 50])
def test_an_invalid_colour_is_refused_and_kept_in_the_field(
    org: Organisation, ada: Membership, typed: str
) -> None:
    page = signed_in(ada).post(path("organisation_look", org), {"accent": typed})
    assert (page.status_code, list(page.context["colour_form"].errors)) == (422, ["accent"])
    assert page.context["colour_form"]["accent"].value() == typed
    org.refresh_from_db()
    assert org.accent == "#0e6b57"


def test_reports_get_the_logo_and_colour(org: Organisation, ada: Membership) -> None:
    application = factories.application(factories.role(org))
    assert set_logo(organisation=org, png=png(), by=ada, now=factories.NOW)
    about = (
        Application.objects.of(org).select_related("organisation", "candidate", "role").get(pk=application.pk)
    )
    frozen = head(about, code="GW-1", version=1, now=factories.NOW)["organisation"]
    assert frozen == {"name": "Acme", "accent": "#0e6b57", "logo": encoded(png())}


@pytest.mark.world
def test_a_stored_logo_that_reports_cannot_show_is_mentioned(org: Organisation, ada: Membership) -> None:
    set_logo(organisation=org, png=png()[:40], by=ada, now=factories.NOW)
    client = signed_in(ada)
    for name in ("organisation_look", "organisation_settings"):
        assert "show your logo" in client.get(path(name, org)).content.decode()
    upload(client, org, png())
    for name in ("organisation_look", "organisation_settings"):
        assert "show your logo" not in client.get(path(name, org)).content.decode()


@pytest.mark.world
def test_only_admins_of_the_organisation_change_its_look(org: Organisation, ada: Membership) -> None:
    set_logo(organisation=org, png=png(), by=ada, now=factories.NOW)
    stranger = factories.member(factories.organisation(), kind="admin")
    others = [
        (factories.member(org), 403),
        (factories.member(org, kind="hiring_manager"), 403),
        (stranger, 404),
    ]
    for who, status in others:
        client = signed_in(who)
        assert client.get(path("organisation_look", org)).status_code == status
        assert client.post(path("organisation_look", org), {"accent": "#111111"}).status_code == status
        assert upload(client, org, SVG).status_code == status
        assert client.post(path("organisation_logo_remove", org)).status_code == status
    assert Client().post(path("organisation_logo_remove", org)).status_code == 302
    org.refresh_from_db()
    assert (org.accent, logo_of(org)) == ("#0e6b57", png())
    assert actions(org) == ["organisation.logo_changed"]
