"""The address to which a mail provider posts its events."""

from django.urls import URLPattern, URLResolver, path

from goodword.notifications import views

public_urls: list[URLPattern | URLResolver] = [
    path("mail/events/<str:provider>/", views.events, name="mail_events"),
]
