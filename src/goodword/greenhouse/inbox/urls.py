from django.urls import URLPattern, URLResolver, path

from goodword.greenhouse.inbox import endpoint, views

public_urls: list[URLPattern | URLResolver] = [
    path("hooks/greenhouse/<str:endpoint_key>/", endpoint.receive, name="greenhouse_hook"),
    # copied without the final slash: a redirect would count as failed
    path("hooks/greenhouse/<str:endpoint_key>", endpoint.receive, name="greenhouse_hook_cut"),
]

_INBOX = "settings/integrations/greenhouse/inbox/"

member_urls: list[URLPattern | URLResolver] = [
    path(_INBOX, views.delivery_list, name="greenhouse_inbox"),
    path(f"{_INBOX}replay/", views.replay_failed, name="greenhouse_replay_failed"),
    path(f"{_INBOX}<int:pk>/", views.delivery_detail, name="greenhouse_delivery"),
    path(f"{_INBOX}<int:pk>/replay/", views.replay_delivery, name="greenhouse_replay"),
]
