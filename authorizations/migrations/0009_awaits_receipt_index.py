from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # sales go on while it is built
    dependencies = [("authorizations", "0008_receipt_awaited_since")]
    operations = [
        AddIndexConcurrently(
            model_name="authorization",
            index=models.Index(
                fields=["buyer", "receipt_awaited_since"],
                condition=models.Q(receipt_awaited_since__isnull=False),
                name="awaits_receipt_of_buyer",
            ),
        ),
    ]
