"""The addresses of Goodword: members under /o/<slug>/, secret links under one letter each, the endpoint of webhooks."""

from django.urls import URLPattern, URLResolver, include, path

#: pages of members, below /o/<slug>/
MEMBER: list[URLPattern | URLResolver] = []

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("allauth.account.urls")),
    path("ui/", include("goodword.ui.urls")),
    path("o/<slug:slug>/", include(MEMBER)),
]
