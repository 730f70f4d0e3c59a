"""Add a row for each application that there is already, in batches."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from goodword.workspace.lists.repair import repair


def fill(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    del apps, schema_editor
    repair()


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("workspace", "0006_list_applications")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
