from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # flags are raised while it is built
    dependencies = [("authorizations", "0010_row_security")]
    operations = [
        AddIndexConcurrently(
            model_name="flag",
            index=models.Index(
                fields=["jurisdiction", "due_at", "id"],
                condition=models.Q(state__in=["open", "awaiting_second"])
                & models.Q(severity__in=["medium", "high"]),
                name="flag_by_deadline",
            ),
        ),
    ]
