from django.db import migrations

from database.row_security import NOBODY, PARTIES, added_by_all, shown_to

OF_OWN = "EXISTS (SELECT FROM authorizations_authorization own WHERE own.id = authorization_id)"


class Migration(migrations.Migration):
    dependencies = [
        ("authorizations", "0009_awaits_receipt_index"),
        ("registry", "0007_row_security"),
    ]

    operations = [
        shown_to("authorizations_authorization", PARTIES),
        shown_to("authorizations_sale", PARTIES),
        shown_to("authorizations_receipt", OF_OWN),
        shown_to("authorizations_evaluation", OF_OWN),
        shown_to("authorizations_lookup", "portal_firm() = organization_id"),
        added_by_all("authorizations_ledgerentry", NOBODY),
        shown_to("authorizations_flag", NOBODY),
        shown_to("authorizations_flagstep", NOBODY),
    ]
