"""Addresses of the library's tests, below /o/<slug>/."""

from django.urls import URLPattern, URLResolver, path

from goodword.assessments.views.library import items, listing, packs, page, preview

_ONE = "library/tests/<int:pk>/"
_VERSION = f"{_ONE}versions/<int:version_pk>/"

library_urls: list[URLPattern | URLResolver] = [
    path("library/", listing.tests, name="library"),
    path("library/tests/import/", packs.import_, name="test_import"),
    path(_ONE, page.test, name="test"),
    path(f"{_ONE}items/", items.items, name="test_items"),
    path(f"{_ONE}preview/", preview.preview, name="test_preview"),
    path(f"{_ONE}export/", page.export, name="test_export"),
    path(f"{_ONE}archive/", page.archive, name="test_archive"),
    path(f"{_ONE}bring-back/", page.bring_back, name="test_bring_back"),
    path(f"{_VERSION}sign-off/", packs.sign_off, name="test_sign_off"),
    path(f"{_VERSION}publish/", packs.publish, name="test_publish_pack"),
    path(f"{_VERSION}discard/", packs.discard, name="test_discard_pack"),
]
