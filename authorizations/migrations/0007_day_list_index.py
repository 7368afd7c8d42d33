from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # sales go on while it is built
    dependencies = [("authorizations", "0006_violations")]
    operations = [
        AddIndexConcurrently(
            model_name="sale",
            index=models.Index(
                fields=["seller", "sold_on", "-sold_at", "-id"], name="sale_of_seller_on_day"
            ),
        ),
    ]
