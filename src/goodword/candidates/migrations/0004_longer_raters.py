from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("candidates", "0003_search_names_without_accents")]

    operations = [
        migrations.AlterField(
            model_name="performancerating", name="rater", field=models.CharField(max_length=254)
        ),
    ]
