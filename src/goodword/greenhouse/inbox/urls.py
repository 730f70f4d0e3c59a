"""The address that Greenhouse calls, and the pages that show what it sent, below /o/<slug>/."""

from django.urls import URLPattern, URLResolver, path

from goodword.greenhouse.inbox import screens, views

public_urls: list[URLPattern | URLResolver] = [
    path("hooks/greenhouse/<str:endpoint_key>/", views.receive, name="greenhouse_hook"),
    # copied without its last stroke: a redirect would count as failed
    path("hooks/greenhouse/<str:endpoint_key>", views.receive, name="greenhouse_hook_cut"),
]

_HERE = "settings/integrations/greenhouse/inbox/"

member_urls: list[URLPattern | URLResolver] = [
    path(_HERE, screens.inbox, name="greenhouse_inbox"),
    path(f"{_HERE}replay/", screens.replay_all, name="greenhouse_replay_failed"),
    path(f"{_HERE}<int:pk>/", screens.event, name="greenhouse_event"),
    path(f"{_HERE}<int:pk>/replay/", screens.replay, name="greenhouse_replay"),
]
