"""Layouts, the accent stylesheet, fonts and mail templates."""

import re
from pathlib import Path

import css_inline
import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.views.defaults import page_not_found, permission_denied, server_error
from fontTools.ttLib import TTFont
from pytest_django.fixtures import Settings

from goodword.ui.colour import contrast
from goodword.ui.gallery import LAYOUTS, SampleForm
from goodword.ui.static_files import WEB_FONTS, build_fonts


@pytest.mark.parametrize("layout", ["", "mail/", *[f"{name}/" for name in LAYOUTS]])
def test_gallery_pages_have_one_heading_and_a_language(client: Client, layout: str) -> None:
    html = client.get(f"/ui/gallery/{layout}").content.decode()
    assert html.count("<h1") == (0 if layout == "mail/" else 1)
    assert '<html lang="en' in html
    assert "<c-" not in html
    assert " style=" not in html


def test_pages_have_no_inline_script(client: Client) -> None:
    html = client.get("/ui/gallery/").content.decode()
    assert html.count("<script") == html.count("<script src=")
    assert "onclick" not in html


def test_a_form_with_errors_keeps_its_input(client: Client) -> None:
    html = client.post("/ui/gallery/", {"name": "Rosa", "email": "no"}).content.decode()
    assert 'value="Rosa"' in html
    assert 'href="#id_email"' in html


def test_the_accent_stylesheet_is_cacheable(client: Client) -> None:
    response = client.get("/ui/accent/ffb000.css")
    assert response["Content-Type"] == "text/css; charset=utf-8"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert b"--accent: light-dark(#916400, #ffb000);" in response.content


@pytest.mark.parametrize("wrong", ["FFB000", "fff", "12345g", "ffb000ff"])
def test_an_invalid_accent_has_no_stylesheet(client: Client, wrong: str) -> None:
    assert client.get(f"/ui/accent/{wrong}.css").status_code == 404


@pytest.mark.parametrize("accent", ["", "ffb000", "red", "#FFB000", "#ffb000"])
def test_a_portal_ignores_invalid_accents(accent: str) -> None:
    html = render_to_string("ui/portal.html", {"organisation": {"name": "Northwind", "accent": accent}})
    assert ("/ui/accent/ffb000.css" in html) == (accent.lower() in {"#ffb000", "ffb000"})


def test_layouts_render_without_context() -> None:
    for layout in ("member", "portal", "signed_out", "message"):
        assert "Goodword" in render_to_string(f"ui/{layout}.html")


def test_error_pages_render_without_a_request_context() -> None:
    request = RequestFactory().get("/nowhere")
    missing = page_not_found(request, Exception()).content.decode()
    refused = permission_denied(request, Exception()).content.decode()
    broken = server_error(request).content.decode()
    assert "Page not found" in missing
    assert "You don't have access to this page" in refused
    assert "Something went wrong on our side" in broken


def test_the_finder_returns_fonts_and_the_bundled_stylesheet() -> None:
    style = finders.find("ui/css/goodword.css")
    assert isinstance(style, str)
    assert "@layer components" in Path(style).read_text()
    assert finders.find("ui/css/button.css") is not None
    for font in WEB_FONTS:
        assert finders.find(f"ui/fonts/{font.name}") is not None


def test_fonts_have_their_characters_and_a_weight_axis(settings: Settings) -> None:
    call_command("build_fonts", stdout=None)
    latin, greek_cyrillic = build_fonts(Path(settings.GOODWORD_BUILT_STATIC) / "ui" / "fonts")
    held = TTFont(latin)
    assert [(axis.axisTag, axis.minValue, axis.maxValue) for axis in held["fvar"].axes] == [
        ("wght", 400, 700)
    ]
    assert set(map(ord, "aäßøŁŵ→€…")) - set(held.getBestCmap()) == set()
    assert set(map(ord, "αЖ")) - set(TTFont(greek_cyrillic).getBestCmap()) == set()
    assert latin.stat().st_size < 80_000


def test_fonts_are_built_once(settings: Settings) -> None:
    folder = Path(settings.GOODWORD_BUILT_STATIC) / "ui" / "fonts"
    before = [path.stat().st_mtime_ns for path in build_fonts(folder)]
    assert [path.stat().st_mtime_ns for path in build_fonts(folder)] == before


def test_unicode_ranges_in_css_match_the_fonts() -> None:
    css = (Path(__file__).parents[2] / "src/goodword/ui/static/ui/css/fonts.css").read_text()
    for font in WEB_FONTS:
        written = ", ".join(f"U+{a:04X}" if a == b else f"U+{a:04X}-{b:04X}" for a, b in font.ranges)
        assert f"unicode-range: {written};" in css


def test_a_mail_keeps_one_link_and_readable_colours_after_inlining() -> None:
    context = {
        "organisation": {"name": "Northwind", "accent": "#ffb000"},
        "reply_to": "rosa@northwind.example",
        "button_url": "https://goodword.example/x",
        "button_label": "Start",
    }
    html = css_inline.CSSInliner(keep_at_rules=True).inline(render_to_string("ui/mail/base.html", context))
    assert html.count("<a ") == 1
    button = re.search(r'bgcolor="(#\w{6})"', html)
    assert button is not None
    assert contrast(button[1], "#ffffff") >= 4.5
    assert "prefers-color-scheme" in html
    assert "<img" not in html


def test_a_text_mail_has_the_link_and_how_to_verify_it() -> None:
    text = render_to_string(
        "ui/mail/base.txt",
        {
            "organisation": {"name": "Müller & Co"},
            "reply_to": "rosa@northwind.example",
            "button_url": "https://goodword.example/x?a=1&b=2",
            "button_label": "Start",
        },
    )
    assert "Start:\nhttps://goodword.example/x?a=1&b=2\n" in text
    assert "contact Müller & Co by a number or address you already know" in text
    assert "rosa@northwind.example" not in text


@pytest.mark.parametrize(
    "page", ["account/account_inactive.html", "account/signup.html", "account/email.html"]
)
def test_allauth_pages_use_the_site_layout(rf: RequestFactory, page: str) -> None:
    html = render_to_string(page, {"form": SampleForm()}, request=rf.get("/"))
    assert html.count("<h1") == 1
    assert 'class="plain__card"' in html
    assert "<ul>" not in html
