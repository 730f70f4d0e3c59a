import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.db import migrations, models

import goodword.core.text

#: the same as core.text.without_accents. Accents go first, since lower() changes only ASCII in a database with locale C.
FUNCTION = r"""
CREATE FUNCTION without_accents(value text) RETURNS text IMMUTABLE PARALLEL SAFE LANGUAGE sql
RETURN replace(replace(replace(lower(translate(
    regexp_replace(normalize(value, NFKD), '[\u0300-\u036f]', '', 'g'),
    'ØøŁłĐđÐðĦħıŊŋŦŧςẞÆŒ', 'oollddddhhinnttσßæœ'
)), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe')
"""


class Migration(migrations.Migration):
    dependencies = [("candidates", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION without_accents(text)"),
        migrations.RemoveIndex(model_name="candidate", name="candidate_searched"),
        migrations.AddField(
            model_name="candidate",
            name="searched",
            field=models.GeneratedField(
                db_persist=True,
                expression=goodword.core.text.WithoutAccents(
                    django.db.models.functions.text.Concat(
                        "first_name",
                        models.Value(" "),
                        "last_name",
                        models.Value("\n"),
                        "preferred_name",
                        models.Value(" "),
                        "last_name",
                        models.Value("\n"),
                        "email",
                        output_field=models.TextField(),
                    )
                ),
                output_field=models.TextField(),
            ),
        ),
        migrations.AddIndex(
            model_name="candidate",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["searched"], name="candidate_searched", opclasses=["gin_trgm_ops"]
            ),
        ),
        migrations.RunSQL("ANALYZE candidates_candidate", migrations.RunSQL.noop),
    ]
