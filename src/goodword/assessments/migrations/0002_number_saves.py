from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("assessments", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="answer",
            name="save_number",
            field=models.CharField(blank=True, db_default="", default="", max_length=26),
        ),
    ]
