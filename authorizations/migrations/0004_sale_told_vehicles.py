import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("authorizations", "0003_sale_without_code_is_a_claim"),
    ]

    operations = [
        migrations.AddField(
            model_name="sale",
            name="trailers",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(), db_default=[], default=list, size=None
            ),
        ),
        migrations.AddField(
            model_name="sale",
            name="unknown_trailers",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(), db_default=[], default=list, size=None
            ),
        ),
        migrations.AlterField(
            model_name="sale",
            name="driver_document",
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AlterField(
            model_name="sale",
            name="driver_license",
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AlterField(
            model_name="sale",
            name="guide",
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AlterField(
            model_name="sale",
            name="invoice",
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AlterField(
            model_name="sale",
            name="plate",
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AlterField(
            model_name="sale",
            name="seals",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(), default=list, size=None
            ),
        ),
    ]
