"""What a sale counts at, in SQL: the highest figure reported until somebody else agreed to less.

The verbs apply one step after another (`rules.count`). Here it is computed from the outcome: only
figures that were still in force after the last agreement count; an accepted receipt is such an
agreement to the higher of both figures, and nothing arriving is one to a void.
"""

NOTHING_ARRIVED = "('refused', 'never_received')"
COUNTED = """
    SELECT root.id, one.figure
    FROM authorizations_sale root
    CROSS JOIN LATERAL (
        SELECT coalesce(max(version), 0) AS version
        FROM authorizations_agreement WHERE sale_id = root.id
    ) agreed
    LEFT JOIN authorizations_receipt receipt
        ON receipt.sale_id = root.id AND receipt.version > agreed.version
    CROSS JOIN LATERAL (
        WITH report AS MATERIALIZED (
            SELECT sale.version, sale.is_void, SALE AS figure,
                (SELECT min(next.version) FROM authorizations_sale next
                    WHERE next.replaces_id = sale.id) AS until
            FROM authorizations_sale sale WHERE root.id IN (sale.id, sale.root_id)
        ), settled AS (
            SELECT greatest(agreed.version, max(version)) AS version
            FROM report WHERE receipt.outcome IN NOTHING AND is_void
                AND (until IS NULL OR until > receipt.version)
        )
        SELECT CASE WHEN receipt.outcome NOT IN NOTHING
            THEN greatest(RECEIPT, max(figure) FILTER (WHERE until IS NULL))
            ELSE max(figure) FILTER (WHERE until IS NULL OR until > settled.version) END AS figure
        FROM report CROSS JOIN settled
    ) one
    WHERE root.root_id IS NULL AND root.authorization_id = {authorization}
"""


def select_counted(sale: str, receipt: str) -> str:
    """Select each sale of an `{authorization}` and its figure, by what each row measures."""
    measured = COUNTED.replace("SALE", sale).replace("RECEIPT", receipt)
    return measured.replace("NOTHING", NOTHING_ARRIVED)
