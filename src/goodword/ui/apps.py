"""Registers the look: layouts, components, styles and charts, without models."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """The app that every page is built from."""

    name = "goodword.ui"
    label = "ui"
    verbose_name = "Look"
