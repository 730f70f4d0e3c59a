"""Addresses of the integrations, below /o/<slug>/."""

from django.urls import URLPattern, URLResolver, path

from goodword.greenhouse.setup.views import acts, author, connect, inbox, integrations

_HERE = "settings/integrations/"

member_urls: list[URLPattern | URLResolver] = [
    path(_HERE, integrations.integrations, name="integrations"),
    path(f"{_HERE}greenhouse/key/", connect.set_key, name="greenhouse_connect"),
    path(f"{_HERE}greenhouse/webhooks/", integrations.box, name="greenhouse_box"),
    path(f"{_HERE}greenhouse/webhooks/pings/", integrations.pings, name="greenhouse_pings"),
    path(f"{_HERE}greenhouse/check/", acts.check_again, name="greenhouse_check"),
    path(f"{_HERE}greenhouse/secret/", acts.rotate, name="greenhouse_rotate"),
    path(f"{_HERE}greenhouse/author/", author.author, name="greenhouse_author"),
    path(f"{_HERE}greenhouse/disconnect/", acts.disconnect, name="greenhouse_disconnect"),
    path(f"{_HERE}greenhouse/inbox/", inbox.inbox, name="greenhouse_inbox"),
    path(f"{_HERE}greenhouse/inbox/<int:pk>/", inbox.event, name="greenhouse_event"),
    path(f"{_HERE}greenhouse/inbox/<int:pk>/replay/", inbox.replay, name="greenhouse_replay"),
]
