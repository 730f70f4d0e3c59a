"""A number of referees becomes as many slots for any kind of referee; what counted for both deadlines still does."""

from django.db import migrations


def number_to_slots(apps, _editor):
    for step in apps.get_model("roles", "Step").objects.all():
        step.slots = [{"relationship": "any", "count": step.referees, "needed": False, "hint": ""}]
        step.referee_deadline_days = step.deadline_days
        step.referee_reminder_days = step.reminder_days
        step.save(update_fields=["slots", "referee_deadline_days", "referee_reminder_days"])


class Migration(migrations.Migration):
    dependencies = [("roles", "0005_slots_and_referee_settings")]
    operations = [migrations.RunPython(number_to_slots, migrations.RunPython.noop)]
