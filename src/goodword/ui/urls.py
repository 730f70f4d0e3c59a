"""Style sheets of accents, and the gallery with DEBUG or GOODWORD_ENV=test."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, path, register_converter

from goodword.ui import views
from goodword.ui.gallery import LAYOUTS


class HexColour:
    """Six lower-case hexadecimal digits."""

    regex = "[0-9a-f]{6}"

    def to_python(self, value: str) -> str:
        """The digits as they stand."""
        return value

    def to_url(self, value: str) -> str:
        """The digits in small letters."""
        return value.lower()


class LayoutName:
    """A layout of the gallery."""

    regex = "|".join(LAYOUTS)

    def to_python(self, value: str) -> str:
        """The name as it stands."""
        return value

    def to_url(self, value: str) -> str:
        """The name as it stands."""
        return value


register_converter(HexColour, "hexcolour")
register_converter(LayoutName, "layoutname")

app_name = "ui"
urlpatterns: list[URLPattern | URLResolver] = [
    path("accent/<hexcolour:colour>.css", views.accent, name="accent")
]
if settings.DEBUG or getattr(settings, "GOODWORD_ENV", "") == "test":
    urlpatterns += [
        path("gallery/", views.gallery, name="gallery"),
        path("gallery/saved/", views.gallery_saved, name="gallery_saved"),
        path("gallery/mail/", views.gallery_mail, name="gallery_mail"),
        path("gallery/<layoutname:layout>/", views.gallery_layout, name="gallery_layout"),
    ]
