"""Addresses of the integrations, below /o/<slug>/."""

from django.urls import URLPattern, URLResolver, path

from goodword.greenhouse.setup.views import (
    acts,
    author,
    connect,
    former,
    health,
    integrations,
    notes,
    test_note,
    webhooks,
)

_HERE = "settings/integrations/"
_ONE = f"{_HERE}greenhouse/<int:pk>/"

member_urls: list[URLPattern | URLResolver] = [
    path(_HERE, integrations.integrations, name="integrations"),
    path(f"{_HERE}greenhouse/key/", connect.set_key, name="greenhouse_connect"),
    path(_ONE, health.health, name="greenhouse_health"),
    path(f"{_ONE}test/", health.run, name="greenhouse_test"),
    path(f"{_ONE}stalled/", health.again, name="greenhouse_stalled"),
    path(f"{_ONE}test-note/", test_note.choose, name="greenhouse_test_note"),
    path(f"{_ONE}test-note/write/", test_note.write_note, name="greenhouse_test_note_write"),
    path(f"{_ONE}test-note/<int:post_pk>/", test_note.outcome, name="greenhouse_test_note_outcome"),
    path(f"{_ONE}key/", connect.set_key, name="greenhouse_replace_key"),
    path(f"{_ONE}webhooks/", webhooks.box, name="greenhouse_box"),
    path(f"{_ONE}webhooks/pings/", webhooks.pings, name="greenhouse_pings"),
    path(f"{_ONE}secret/", webhooks.rotate, name="greenhouse_rotate"),
    path(f"{_ONE}secret/end/", webhooks.end_old, name="greenhouse_end_old"),
    path(f"{_ONE}check/", acts.check_again, name="greenhouse_check"),
    path(f"{_ONE}name/", acts.rename, name="greenhouse_rename"),
    path(f"{_ONE}author/", author.author, name="greenhouse_author"),
    path(f"{_ONE}disconnect/", acts.disconnect, name="greenhouse_disconnect"),
    path("settings/notes/", notes.notes, name="note_settings"),
    path("settings/notes/example/", notes.note_example, name="note_example"),
    # addresses from when there was one connection
    path(
        f"{_HERE}greenhouse/webhooks/", former.to_the_only_one("greenhouse_box"), name="greenhouse_former_box"
    ),
    path(
        f"{_HERE}greenhouse/secret/",
        former.to_the_only_one("greenhouse_rotate"),
        name="greenhouse_former_rotate",
    ),
    path(
        f"{_HERE}greenhouse/author/",
        former.to_the_only_one("greenhouse_author"),
        name="greenhouse_former_author",
    ),
    path(
        f"{_HERE}greenhouse/disconnect/",
        former.to_the_only_one("greenhouse_disconnect"),
        name="greenhouse_former_disconnect",
    ),
]
