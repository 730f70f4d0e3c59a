"""How long answering took, told to the questionnaire, which says the median once it knows enough of them."""

from goodword.core.models import Event
from goodword.questionnaires.versions import note_seconds
from goodword.references.models import Reference

#: the latest that make the median; people do not answer as those of years ago did
LATEST = 500


def on_reference_received(event: Event) -> None:
    """Note the times of the version that was answered. Times exist only of what was answered in one sitting."""
    references = Reference.objects.across_organisations().select_related("version")
    reference = references.filter(pk=event.data["reference_id"]).first()
    if reference is None or reference.seconds is None:
        return
    rows = references.filter(version=reference.version, seconds__isnull=False).order_by("-pk")
    times = rows.values_list("seconds", flat=True)[:LATEST]
    note_seconds(reference.version, [seconds for seconds in times if seconds is not None])
