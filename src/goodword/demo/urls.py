"""Addresses that only the demo and tests have."""

from django.urls import URLPattern, URLResolver, path

from goodword.demo import views

urlpatterns: list[URLPattern | URLResolver] = [path("_demo/clock/", views.clock_page, name="demo_clock")]
