from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("authorizations", "0004_sale_told_vehicles")]

    operations = [
        migrations.AddField(
            model_name="sale",
            name=name,
            field=models.CharField(blank=True, db_default="", default="", max_length=200),
        )
        for name in ("invoice_key", "guide_key")
    ]
