import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.db import migrations, models

import goodword.core.text


class Migration(migrations.Migration):
    dependencies = [
        ("candidates", "0002_search_without_accents"),
        ("references", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="referee",
            name="searched",
            field=models.GeneratedField(
                db_persist=True,
                expression=goodword.core.text.WithoutAccents(
                    django.db.models.functions.text.Concat(
                        "name", models.Value("\n"), "company", output_field=models.TextField()
                    )
                ),
                output_field=models.TextField(),
            ),
        ),
        migrations.AddIndex(
            model_name="referee",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["searched"], name="referee_searched", opclasses=["gin_trgm_ops"]
            ),
        ),
        migrations.RunSQL("ANALYZE references_referee", migrations.RunSQL.noop),
    ]
