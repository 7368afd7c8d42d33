from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0004_sites_vehicles_drivers_are_amended"),
    ]

    operations = [
        migrations.AlterField(
            model_name="driver",
            name="document",
            field=models.CharField(max_length=100),
        ),
        migrations.AlterField(
            model_name="driver",
            name="license",
            field=models.CharField(blank=True, max_length=100),
        ),
    ]
