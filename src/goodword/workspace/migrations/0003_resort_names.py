from django.db import migrations

UPDATE = """
UPDATE workspace_listedapplication stored SET sort_name = fresh.sort_name FROM workspace_listed_now fresh
WHERE fresh.application_id = stored.application_id AND fresh.sort_name <> stored.sort_name
"""


class Migration(migrations.Migration):
    """Apart from the change of the view, which programs can't use until it is committed."""

    dependencies = [("workspace", "0002_sort_without_accents")]

    operations = [migrations.RunSQL(UPDATE, migrations.RunSQL.noop)]
