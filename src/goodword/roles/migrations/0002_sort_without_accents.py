from django.db import migrations, models

import goodword.core.text


class Migration(migrations.Migration):
    dependencies = [
        ("candidates", "0002_search_without_accents"),
        ("roles", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="role",
            name="plain_title",
            field=models.GeneratedField(
                db_persist=True,
                expression=goodword.core.text.WithoutAccents("title"),
                output_field=models.TextField(),
            ),
        ),
    ]
