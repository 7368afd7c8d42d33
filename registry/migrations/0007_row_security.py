from django.db import migrations

from database.row_security import FUNCTION, added_by_all


class Migration(migrations.Migration):
    dependencies = [("registry", "0006_refusals")]

    operations = [
        FUNCTION,
        added_by_all("registry_event", "portal_firm() = ANY (organizations)"),
    ]
