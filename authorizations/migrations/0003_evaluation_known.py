from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("authorizations", "0002_guards")]

    operations = [
        migrations.AddField("evaluation", "known", models.JSONField(default=dict)),
    ]
