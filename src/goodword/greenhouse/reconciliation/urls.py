"""URLs of the sync pages, below /o/<slug>/."""

from django.urls import URLPattern, URLResolver, path

from goodword.greenhouse.reconciliation.views import missed_invitations, sync

_SYNC = "settings/integrations/greenhouse/<int:pk>/sync/"
_MISSED = f"{_SYNC}missed-invitations/"

member_urls: list[URLPattern | URLResolver] = [
    path(_SYNC, sync.sync, name="greenhouse_sync"),
    path(f"{_SYNC}progress/", sync.progress, name="greenhouse_sync_progress"),
    path(f"{_SYNC}now/", sync.sync_now, name="greenhouse_sync_now"),
    path(_MISSED, missed_invitations.missed_invitations, name="greenhouse_missed_invitations"),
    path(f"{_MISSED}invite/", missed_invitations.invite, name="greenhouse_missed_invite"),
    path(f"{_MISSED}dismiss/", missed_invitations.dismiss, name="greenhouse_missed_dismiss"),
]
