import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.db import migrations, models

import goodword.core.text


class Migration(migrations.Migration):
    dependencies = [
        ("candidates", "0002_search_without_accents"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="candidate",
            name="candidate_trigrams",
        ),
        migrations.AddField(
            model_name="candidate",
            name="searched_names",
            field=models.GeneratedField(
                db_persist=True,
                expression=goodword.core.text.WithoutAccents(
                    django.db.models.functions.text.Concat(
                        "first_name",
                        models.Value(" "),
                        "last_name",
                        models.Value(" "),
                        "preferred_name",
                        output_field=models.TextField(),
                    )
                ),
                output_field=models.TextField(),
            ),
        ),
        migrations.AddIndex(
            model_name="candidate",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["searched_names"], name="candidate_names", opclasses=["gin_trgm_ops"]
            ),
        ),
        migrations.RunSQL("ANALYZE candidates_candidate", migrations.RunSQL.noop),
    ]
