"""What was used counts in the month, the quarter and the year, whatever the permit's period is."""

from django.db import migrations, models

from authorizations.migrations._guards import EVERY_PERIOD


class Migration(migrations.Migration):
    dependencies = [("authorizations", "0007_sale_by_document_key")]

    operations = [
        migrations.AddField(
            model_name="ledgerentry",
            name="counts_every_period",
            field=models.BooleanField(db_default=False, default=True),
        ),
        EVERY_PERIOD,
    ]
