"""Checks of before get a slot for each referee that they asked for, and their requests the check's deadline."""

from django.db import migrations


def fill(apps, _editor):
    slot = apps.get_model("references", "Slot")
    requests = apps.get_model("references", "ReferenceRequest").objects
    for check in apps.get_model("references", "Check").objects.select_related("version"):
        check.least, check.language = check.wanted, check.version.language
        check.languages = [check.version.language]
        check.save(update_fields=["least", "language", "languages"])
        requests.filter(check_run=check).update(deadline_at=check.deadline_at, language=check.language)
        slot.objects.bulk_create(
            slot(organisation_id=check.organisation_id, check_run=check, number=number, relationship="any")
            for number in range(1, check.wanted + 1)
        )


class Migration(migrations.Migration):
    dependencies = [("references", "0003_slots_signs_and_self_reference")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
