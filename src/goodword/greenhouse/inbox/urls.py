"""The address that Greenhouse calls."""

from django.urls import URLPattern, URLResolver, path

from goodword.greenhouse.inbox import views

public_urls: list[URLPattern | URLResolver] = [
    path("hooks/greenhouse/<str:endpoint_key>/", views.receive, name="greenhouse_hook"),
    # copied without its last stroke: a redirect would count as failed
    path("hooks/greenhouse/<str:endpoint_key>", views.receive, name="greenhouse_hook_cut"),
]
