"""URLs have names, and templates comply with the content security policy."""

import re
from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from tests.architecture.source import SOURCE

#: what the policy refuses, or would need a nonce for
INLINE = re.compile(
    r"\sstyle=|\son[a-z]+=\"|<script(?![^>]*\s(?:src=|type=\"application/json\"))[^>]*>|<style|javascript:",
    re.IGNORECASE,
)


def patterns(below: URLResolver | None = None) -> Iterator[URLPattern]:
    for pattern in (below or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern)
        else:
            yield pattern


def test_every_url_has_a_name() -> None:
    assert [str(pattern.pattern) for pattern in patterns() if not pattern.name] == []


def test_url_names_are_unique() -> None:
    names = [pattern.name for pattern in patterns()]
    assert sorted({name for name in names if names.count(name) > 1 and name}) == []


def test_templates_have_no_inline_styles_or_scripts() -> None:
    wrong = [
        f"{path.relative_to(SOURCE)}: {found[0].strip()}"
        for path in sorted((SOURCE / "goodword").rglob("templates/**/*.html"))
        if "mail" not in path.parts and "mailbox" not in path.parts
        for found in INLINE.finditer(path.read_text(encoding="utf-8"))
    ]
    assert wrong == []


def templates() -> dict[str, str]:
    """The source of each template by name."""
    return {
        str(path).split("/templates/", 1)[1]: path.read_text(encoding="utf-8")
        for path in sorted((SOURCE / "goodword").rglob("templates/**/*.html"))
    }


def whole(name: str, known: dict[str, str]) -> str:
    """A template and those it extends."""
    text = known.get(name, "")
    extended = re.search(r'{% extends "([^"]+)" %}', text)
    return text + (whole(extended[1], known) if extended else "")


def test_pages_with_fields_have_a_summary_of_errors() -> None:
    known = templates()
    without = {
        name
        for name, text in known.items()
        if "<c-field " in text and "<form " in text and "<c-error-summary" not in whole(name, known)
    }
    # their only fields are checkboxes, which accept anything
    boxes = {"references/referee/erase.html", "workspace/settings_pages/notifications.html"}
    assert {name for name in without if not name.startswith(("ui/", "cotton/"))} == boxes


def test_every_post_form_has_a_csrf_token() -> None:
    wrong = [
        str(path.relative_to(SOURCE))
        for path in sorted((SOURCE / "goodword").rglob("templates/**/*.html"))
        for form in re.findall(
            r"<form[^>]*method=\"post\".*?</form>", path.read_text(encoding="utf-8"), re.DOTALL
        )
        if "csrf_token" not in form and "mailbox" not in path.parts
    ]
    assert wrong == []


def test_browsers_do_not_restore_old_text_beside_a_newer_version() -> None:
    # After *Back*, Chromium fills in what was typed before, but the hidden version is the one of the new page.
    form = re.compile(r"(<form(?:[^>{]|{%.*?%}|{{.*?}})*>)(.*?)</form>", re.DOTALL)
    wrong = [
        name
        for name, text in templates().items()
        for tag, inside in form.findall(text)
        if re.search(r"\w\.seen }}|name=\"(?:seen|revision)\"", inside)
        and re.search(r"<c-field |{% block fields %}|<textarea", inside)
        and 'autocomplete="off"' not in tag
    ]
    assert wrong == []


def test_rows_of_tables_have_a_header() -> None:
    """Screen readers read it with each cell. Rows of these tables have nothing that names them."""
    unnamed = {"audit_log.html", "review.html", "webhook_table.html"}
    missing = [
        path.name
        for path in sorted((SOURCE / "goodword").rglob("templates/**/*.html"))
        if "<c-table " in (text := path.read_text()) and 'scope="row"' not in text
    ]
    assert set(missing) == unnamed


def test_no_style_changes_the_order_of_what_is_focused() -> None:
    """The keyboard and screen readers follow the page's source."""
    reordered = [
        path.name
        for path in sorted((SOURCE / "goodword").rglob("static/**/*.css"))
        if re.search(r"[\s{;]order:", path.read_text())
    ]
    assert reordered == []
