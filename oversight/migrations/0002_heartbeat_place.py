from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("oversight", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="heartbeat",
            name="place",
            field=models.CharField(default="", db_default="", max_length=100),
        ),
    ]
