from django.db import migrations

from oversight.migrations._guards import FLAG_GUARDS


class Migration(migrations.Migration):
    """A flag's state comes from its steps, its severity from an evaluation."""

    dependencies = [
        ("oversight", "0003_queue_tabs_are_indexed"),
        ("registry", "0006_proposals"),
    ]

    operations = [*FLAG_GUARDS]
