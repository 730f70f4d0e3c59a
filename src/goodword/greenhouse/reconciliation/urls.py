"""URLs of the sync pages, below /o/<slug>/."""

from django.urls import URLPattern, URLResolver, path

from goodword.greenhouse.reconciliation.views import passes, waiting

_HERE = "settings/integrations/greenhouse/<int:pk>/sync/"

member_urls: list[URLPattern | URLResolver] = [
    path(_HERE, passes.sync, name="greenhouse_sync"),
    path(f"{_HERE}progress/", passes.progress, name="greenhouse_sync_progress"),
    path(f"{_HERE}now/", passes.sync_now, name="greenhouse_sync_now"),
    path(f"{_HERE}waiting/", waiting.waiting, name="greenhouse_waiting"),
    path(f"{_HERE}waiting/start/", waiting.start, name="greenhouse_waiting_start"),
    path(f"{_HERE}waiting/dismiss/", waiting.dismiss, name="greenhouse_waiting_dismiss"),
]
