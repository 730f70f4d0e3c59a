from importlib import import_module

from django.db import migrations

VIEW = import_module("goodword.workspace.migrations.0001_initial").VIEW.replace(
    "CREATE VIEW", "CREATE OR REPLACE VIEW"
)
REPLACED = VIEW.replace("lower(candidate.last_name", "without_accents(candidate.last_name")


class Migration(migrations.Migration):
    dependencies = [
        ("candidates", "0002_search_without_accents"),
        ("workspace", "0001_initial"),
    ]

    operations = [migrations.RunSQL(REPLACED, VIEW)]
