from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("greenhouse", "0003_several_accounts_healing_and_calls"),
    ]

    operations = [
        migrations.AddField(
            model_name="connection",
            name="check_at",
            field=models.DateTimeField(null=True),
        ),
    ]
