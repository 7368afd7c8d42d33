from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Violation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("invariant", models.CharField(max_length=100)),
                ("subject", models.CharField(max_length=200)),
                ("found_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                ("cleared_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("cleared_at__isnull", True)),
                        fields=("invariant", "subject"),
                        name="one_open_violation_of_a_row",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Watermark",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("marks", models.JSONField(default=dict)),
                ("marks_before", models.JSONField(default=dict)),
                ("checked_at", models.DateTimeField(null=True)),
                ("everything_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="there_is_one_watermark"
                    )
                ],
            },
        ),
    ]
