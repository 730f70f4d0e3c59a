"""Addresses of the workspace."""

from django.urls import URLPattern, URLResolver, path

from goodword.workspace.views import home, roles

member_urls: list[URLPattern | URLResolver] = [
    path("roles/", roles.role_list, name="roles"),
    path("roles/new/", roles.role_new, name="role_new"),
    path("roles/<int:pk>/", roles.role_page, name="role"),
    path("help/", home.help_page, name="help"),
    path("settings/", home.settings_page, name="settings"),
]
public_urls: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
]
