"""Referees erased before lose relationship and months too, as those erased from now on."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def blank(apps: Apps, _schema: BaseDatabaseSchemaEditor) -> None:
    """Idempotent."""
    referees = apps.get_model("references", "Referee").objects.exclude(erased_at=None)
    referees.update(relationship="", from_month="", to_month="")
    requests = apps.get_model("references", "ReferenceRequest").objects
    requests.exclude(referee__erased_at=None).exclude(why="not_me").update(why="")


class Migration(migrations.Migration):
    dependencies = [("references", "0010_chosen_language")]

    operations = [migrations.RunPython(blank, migrations.RunPython.noop)]
