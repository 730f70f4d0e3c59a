"""What was kept before there were drafts was published the moment it was made."""

from django.db import migrations
from django.db.models import F


def publish(apps, _editor):
    versions = apps.get_model("questionnaires", "QuestionnaireVersion").objects
    versions.filter(published_at=None).update(published_at=F("created_at"))


class Migration(migrations.Migration):
    dependencies = [("questionnaires", "0002_drafts_and_published_versions")]
    operations = [migrations.RunPython(publish, migrations.RunPython.noop)]
