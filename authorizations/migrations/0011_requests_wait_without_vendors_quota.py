"""What a vendor's quota might not leave is not refused any more: it waits without that quota."""

from django.db import migrations, models
from django.db.models import Q

from authorizations.migrations._guards import TAKEN_ONCE


class Migration(migrations.Migration):
    dependencies = [("authorizations", "0010_who_says_nothing_sees_nothing")]

    operations = [
        migrations.AddConstraint(
            model_name="authorization",
            constraint=models.CheckConstraint(
                condition=Q(code__isnull=True)
                | Q(seller_allowance__isnull=False)
                | Q(issued_at__isnull=True, sold_kg=0),
                name="an_issued_code_takes_the_vendors_quota",
            ),
        ),
        *TAKEN_ONCE,
    ]
