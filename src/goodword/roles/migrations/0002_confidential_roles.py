from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("roles", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="role",
            name="confidential",
            field=models.BooleanField(default=False),
        ),
    ]
