"""Links without an expiry get today's thirty days, counting from when they were made.

After that they still lead to the page that mails a new link to the known address.
"""

from datetime import timedelta

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F

LIFETIME = timedelta(days=30)


def bound(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    links = apps.get_model("notifications", "Link").objects.using(editor.connection.alias)
    links.filter(expires_at=None).update(expires_at=F("created_at") + LIFETIME)


class Migration(migrations.Migration):
    dependencies = [("notifications", "0004_waiting_out_outages")]

    operations = [migrations.RunPython(bound, migrations.RunPython.noop, elidable=True)]
