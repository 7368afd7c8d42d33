"""What a sale counts at, in SQL: the highest figure reported until somebody else agreed to less.

The verbs apply one step after another (`rules.count`). Here it is computed from the outcome: only
figures that were still in force after the last agreement count; an accepted receipt is such an
agreement to the higher of both figures, and nothing arriving is one to a void, while both stand.
"""

NOTHING_ARRIVED = "('refused', 'never_received')"
COUNTED = """
    SELECT root.id, one.figure
    FROM authorizations_sale root
    CROSS JOIN LATERAL (
        SELECT coalesce(max(version), 0) AS version
        FROM authorizations_agreement WHERE sale_id = root.id
    ) agreed
    CROSS JOIN LATERAL (
        WITH report AS MATERIALIZED (
            SELECT sale.version, sale.is_void, SALE AS figure,
                (SELECT min(next.version) FROM authorizations_sale next
                    WHERE next.replaces_id = sale.id) AS until
            FROM authorizations_sale sale WHERE root.id IN (sale.id, sale.root_id)
        ), word AS MATERIALIZED (
            SELECT receipt.version, receipt.outcome IN NOTHING AS is_nothing, RECEIPT AS figure,
                (SELECT min(next.version) FROM authorizations_receipt next
                    WHERE next.replaces_id = receipt.id) AS until
            FROM authorizations_receipt receipt
            WHERE receipt.sale_id = root.id AND receipt.version > agreed.version
        ), settled AS (
            SELECT greatest(agreed.version,
                (SELECT max(version) FROM word WHERE NOT is_nothing),
                (SELECT max(greatest(report.version, word.version)) FROM report, word
                    WHERE is_void AND is_nothing
                    AND (report.until IS NULL OR report.until > word.version)
                    AND (word.until IS NULL OR word.until > report.version))) AS version
        )
        SELECT CASE WHEN EXISTS (SELECT FROM word WHERE until IS NULL AND NOT is_nothing)
            THEN greatest((SELECT figure FROM word WHERE until IS NULL),
                (SELECT figure FROM report WHERE until IS NULL))
            ELSE greatest(
                (SELECT figure FROM word, settled
                    WHERE word.version = settled.version AND NOT is_nothing),
                (SELECT max(figure) FROM report, settled
                    WHERE until IS NULL OR until > settled.version)) END AS figure
    ) one
    WHERE root.root_id IS NULL AND root.authorization_id = {authorization}
"""


def select_counted(sale: str, receipt: str) -> str:
    """Select each sale of an `{authorization}` and its figure, by what each row measures."""
    measured = COUNTED.replace("SALE", sale).replace("RECEIPT", receipt)
    return measured.replace("NOTHING", NOTHING_ARRIVED)
