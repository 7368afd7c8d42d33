from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("authorizations", "0004_queue_indexes")]

    operations = [
        migrations.CreateModel(
            "Heartbeat",
            [
                ("worker", models.CharField(max_length=255, primary_key=True, serialize=False)),
                ("beat_at", models.DateTimeField()),
            ],
        ),
    ]
