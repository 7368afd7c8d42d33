"""Sales that look like one load reported twice: of one vendor and buyer, alike in the second of
the sale, the plate, and the product and its quantity. Not those that name different papers.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from authorizations.models import Sale
from authorizations.models.sales import root_in_sql

# The bounds of a report's second. Reckoned before other rows are looked for by them: to the
# planner a function could leak rows that a session may not see, and it would not use the index.
SECONDS = """date_trunc('second', sold_at) AS since,
    date_trunc('second', sold_at) + interval '1 second' AS until"""


def _is_alike(one: str, other: str) -> str:
    """Whether two reports are; `one` has its `SECONDS`."""
    return f"""{other}.seller_id = {one}.seller_id AND {other}.sold_on = {one}.sold_on
        AND {other}.sold_at >= {one}.since AND {other}.sold_at < {one}.until
        AND {other}.buyer_id = {one}.buyer_id AND {other}.plate = {one}.plate
        AND {other}.product_kg = {one}.product_kg AND NOT {one}.is_void AND NOT {other}.is_void
        AND {_may_be_one(one, other, "invoice_key")} AND {_may_be_one(one, other, "guide_key")}
        AND EXISTS (SELECT FROM precursors_product of_one
            JOIN precursors_product of_other ON of_other.code = of_one.code
            WHERE of_one.id = {one}.product_id AND of_other.id = {other}.product_id)"""


def _may_be_one(one: str, other: str, paper: str) -> str:
    """Whether two reports name the same paper, however it is written, or one names none."""
    return f"({one}.{paper} = {other}.{paper} OR '' IN ({one}.{paper}, {other}.{paper}))"


EARLIER = f"""
WITH mine AS MATERIALIZED (
    SELECT wanted.sale, wanted.at, report.*, {SECONDS}
    FROM unnest(%(reports)s::bigint[], %(sales)s::bigint[], %(moments)s::timestamptz[])
        AS wanted(report, sale, at)
    JOIN authorizations_sale report ON report.id = wanted.report
)
SELECT mine.sale, earlier.uuid FROM mine
CROSS JOIN LATERAL (
    SELECT root.uuid FROM authorizations_sale other
    JOIN authorizations_sale root ON root.id = {root_in_sql("other")}
    WHERE {_is_alike("mine", "other")}
        AND root.id < mine.sale AND other.recorded_at <= mine.at
        AND NOT EXISTS (SELECT FROM authorizations_sale later
            WHERE later.replaces_id = other.id AND later.recorded_at <= mine.at)
    ORDER BY root.id LIMIT 1
) earlier
"""
FLAG = """oversight_flag flag WHERE flag.rule = 'twice_reported' AND flag.holds
    AND flag.subject_kind = 'sale' AND flag.subject_id = alike.other_root"""
# Authorizations with a sale alike to an earlier one of these, without its flag: the earlier one
# was not known yet when it was judged, or was not alike. And with one whose flag names one of
# these, which is not alike any more.
TO_BE_JUDGED_AGAIN = f"""(
WITH mine AS MATERIALIZED (
    SELECT report.*, {root_in_sql("report")} AS root,
        (SELECT later.id FROM authorizations_sale later WHERE later.replaces_id = report.id)
            IS NULL AS in_force,
        {SECONDS}
    FROM authorizations_sale report WHERE report.authorization_id = ANY(%(ids)s::bigint[])
),
alike AS MATERIALIZED (
    SELECT mine.root, mine.in_force, found.* FROM mine
    CROSS JOIN LATERAL (
        SELECT other.id AS other, {root_in_sql("other")} AS other_root, other.authorization_id
        FROM authorizations_sale other
        WHERE {_is_alike("mine", "other")} AND other.authorization_id <> mine.authorization_id
        OFFSET 0  -- one report at a time, by the index, whatever the planner believes
    ) found
)
SELECT authorization_id FROM alike
WHERE in_force AND other_root > root
    AND NOT EXISTS (SELECT FROM authorizations_sale WHERE replaces_id = alike.other)
    AND NOT EXISTS (SELECT FROM {FLAG})
UNION
SELECT alike.authorization_id FROM alike JOIN authorizations_sale first ON first.id = alike.root
WHERE EXISTS (SELECT FROM {FLAG} AND flag.evidence->>'earlier_sale' = first.uuid::text)
    AND NOT EXISTS (SELECT FROM alike head
        WHERE head.root = alike.root AND head.other = alike.other AND head.in_force)
)"""


def earlier_alike(reports: Iterable[Sale], moments: Mapping[int, datetime]) -> dict[int, str]:
    """The first earlier sale alike to each, by the sale: of the reports that were in force.

    `moments`: as of when each authorization is looked at.
    """
    told = [report for report in reports if not report.is_void]
    values: dict[str, Any] = {
        "reports": [report.pk for report in told],
        "sales": [report.root_or_self_id for report in told],
        "moments": [moments[report.authorization_id] for report in told],
    }
    with connection.cursor() as cursor:
        cursor.execute(EARLIER, values)
        return {sale: str(uuid) for sale, uuid in cursor.fetchall()}
