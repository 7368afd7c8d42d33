from django.db import migrations

from registry.migrations._products import PRODUCTS_TAKE_TWO


class Migration(migrations.Migration):
    dependencies = [
        ("precursors", "0003_oleum_over_100_percent"),
        ("registry", "0016_people_and_licenses_by_two"),
    ]

    operations = [
        *PRODUCTS_TAKE_TWO,
        # The table stays for the portal of yesterday, and is read by nobody of today.
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.DeleteModel(name="ProductProposal")]
        ),
    ]
