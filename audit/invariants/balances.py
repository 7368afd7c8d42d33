"""Invariants 1 to 4: the balances, and the entries they are the sums of."""

from audit.invariants.counts import NOTHING_ARRIVED, select_counted
from audit.invariants.question import Question

USED = "reserved_kg + held_kg + consumed_kg + overage_kg"
BALANCES = (*USED.split(" + "), "claimed_kg")
USED_BY_PART = " + ".join(f"part.{name}" for name in USED.split(" + "))
MINE = ", ".join(f"row.{name}" for name in BALANCES)
# Of an authorization on the seller's allowance, which carries all that the seller says it sold.
SELLERS = (
    "row.reserved_kg, row.held_kg, row.consumed_kg, row.sold_kg - row.consumed_kg, 0::numeric"
)
THEIRS = ", ".join(f"theirs.{name}" for name in BALANCES)
SUMS = ", ".join(f"coalesce(sum(part.{name}), 0) AS {name}" for name in BALANCES)


def _sums(of: str, where: str, mine: str = MINE) -> str:
    """Rows whose balances are not the sums of those of other rows, each a `part`."""
    return f"""
        SELECT row.id FROM {{rows}} row
        CROSS JOIN LATERAL (SELECT {SUMS} FROM {of} WHERE {where}) theirs
        WHERE ({mine}) IS DISTINCT FROM ({THEIRS})
    """


NEGATIVE = f"SELECT row.id FROM {{rows}} row WHERE least({MINE}) < 0"
ENTRIES = "authorizations_ledgerentry"
# Each authorization twice, as it stands on either allowance.
SIDES = f"""(
    SELECT allowance_id AS side, requested_at, {", ".join(BALANCES)}
    FROM authorizations_authorization
    UNION ALL
    SELECT seller_allowance_id, requested_at, {SELLERS} FROM authorizations_authorization row
)"""
# Whatever period the permit had by which it was booked: all of the firm that the days of the
# allowance hold.
IN_ITS_DAYS = """
    (booked.organization_id, booked.precursor_id, booked.activity)
        = (row.organization_id, row.precursor_id, row.activity)
    AND booked.period_start <= row.period_end AND booked.period_end >= row.period_start
    AND (requested_at AT TIME ZONE (SELECT time_zone FROM registry_jurisdiction
        WHERE id = row.jurisdiction_id))::date BETWEEN row.period_start AND row.period_end
"""
ENTRIES_OF_DAYS = f"""
    authorizations_allowance booked
    JOIN {ENTRIES} part ON part.allowance_id = booked.id
    JOIN (SELECT id AS of, requested_at FROM authorizations_authorization) code
        ON code.of = part.authorization_id
"""
IS_MONTH = "row.period_end < row.period_start + interval '1 month'"
# What buyer or officer vouched for of a sale without a code: each word counts at no more than the
# sale counted at, then and ever after, as the seller's entries tell.
VOUCHED = f"""
    SELECT coalesce(max(least(word.figure, (
        SELECT min(counted.kg) FROM counted WHERE counted.until > word.version))), 0)
    FROM (
        SELECT version, net_kg AS figure FROM authorizations_receipt
        WHERE authorization_id = row.id AND outcome NOT IN {NOTHING_ARRIVED}
        UNION ALL
        SELECT agreed.version, (SELECT net_kg FROM authorizations_sale sale
            WHERE sale.authorization_id = row.id AND sale.version < agreed.version
            ORDER BY version DESC LIMIT 1)
        FROM authorizations_agreement agreed
        WHERE authorization_id = row.id AND confirms_claim
    ) word
"""
NET = select_counted("sale.net_kg", "receipt.net_kg").format(authorization="row.id")

OWN = (
    Question(1, "no balance of an authorization is negative", "authorization", NEGATIVE),
    Question(1, "no balance of an allowance is negative", "allowance", NEGATIVE),
    Question(
        1,
        "no admission passed its limit",
        "entry",
        """
        SELECT row.id FROM {rows} row
        JOIN authorizations_authorization admitted ON admitted.id = row.authorization_id
        LEFT JOIN registry_permit permit ON permit.id = CASE row.allowance_id
            WHEN admitted.allowance_id THEN admitted.permit_id ELSE admitted.seller_permit_id END
        WHERE row.kind IN ('request', 'issued') AND row.reserved_kg > 0
            AND (row.used_after_kg > row.limit_kg OR row.limit_kg IS DISTINCT FROM permit.limit_kg)
        """,
    ),
    # Entries of a firm and precursor are numbered under the lock of their allowances' rows, in the
    # order they were booked. An old one may tell only what was booked by its own period.
    Question(
        1,
        "each entry tells how full its allowance was",
        "allowance",
        f"""
        SELECT row.id FROM {{rows}} row
        WHERE EXISTS (SELECT FROM {ENTRIES} WHERE allowance_id = row.id) AND EXISTS (
            SELECT FROM (
                SELECT part.allowance_id, used_after_kg, counts_every_period,
                    sum({USED_BY_PART}) OVER so_far AS so_far_kg,
                    sum({USED_BY_PART}) FILTER (WHERE part.allowance_id = row.id) OVER so_far
                        AS own_kg
                FROM {ENTRIES_OF_DAYS} WHERE {IN_ITS_DAYS}
                WINDOW so_far AS (ORDER BY part.id)
            ) entry
            WHERE allowance_id = row.id AND used_after_kg <> so_far_kg
                AND (counts_every_period OR used_after_kg <> own_kg))
        """,
    ),
    Question(
        2,
        "entries sum to the authorization, for the buyer",
        "authorization",
        _sums(f"{ENTRIES} part", "authorization_id = row.id AND allowance_id = row.allowance_id"),
    ),
    Question(
        2,
        "entries sum to the authorization, for the seller",
        "authorization",
        _sums(
            f"{ENTRIES} part",
            "authorization_id = row.id AND allowance_id = row.seller_allowance_id",
            SELLERS,
        )
        + "AND row.seller_allowance_id IS NOT NULL",
    ),
    Question(
        2,
        "entries sum to the allowance",
        "allowance",
        _sums(ENTRIES_OF_DAYS, IN_ITS_DAYS) + f"AND {IS_MONTH}",
    ),
    Question(
        2,
        "an allowance is the sum of its authorizations",
        "allowance",
        _sums(
            f"authorizations_allowance booked JOIN {SIDES} part ON side = booked.id", IN_ITS_DAYS
        )
        + f"AND {IS_MONTH}",
    ),
    Question(
        2,
        "what was used in a quarter or a year is what was used in its months",
        "allowance",
        _sums(
            "authorizations_allowance part",
            """(part.organization_id, part.precursor_id, part.activity)
                = (row.organization_id, row.precursor_id, row.activity)
            AND part.period_start >= row.period_start AND part.period_end <= row.period_end
            AND part.period_end < part.period_start + interval '1 month'""",
        )
        + f"AND NOT {IS_MONTH}",
    ),
    Question(
        2,
        "entries are booked on the parties’ own allowances",
        "entry",
        """
        SELECT row.id FROM {rows} row
        JOIN authorizations_authorization booked ON booked.id = row.authorization_id
        JOIN authorizations_allowance allowance ON allowance.id = row.allowance_id
        WHERE (allowance.id, allowance.organization_id, allowance.activity,
                allowance.precursor_id) NOT IN (
            (booked.allowance_id, booked.buyer_id, 'buy', booked.precursor_id),
            (coalesce(booked.seller_allowance_id, 0), booked.seller_id, 'sell',
                booked.precursor_id))
            OR (booked.requested_at AT TIME ZONE (SELECT time_zone FROM registry_jurisdiction
                WHERE id = row.jurisdiction_id))::date
                NOT BETWEEN allowance.period_start AND allowance.period_end
        """,
    ),
    Question(
        2,
        "what awaits a receipt is noted",
        "authorization",
        """
        SELECT row.id FROM {rows} row
        CROSS JOIN LATERAL (
            SELECT min(greatest(sale.sold_at, sale.recorded_at)) AS since
            FROM authorizations_sale sale
            LEFT JOIN authorizations_receipt receipt ON receipt.sale_id = sale.id
            LEFT JOIN LATERAL (SELECT is_void FROM authorizations_sale WHERE root_id = sale.id
                ORDER BY version DESC LIMIT 1) last ON true
            WHERE sale.authorization_id = row.id AND sale.root_id IS NULL
                AND receipt.id IS NULL AND last.is_void IS NOT TRUE AND NOT row.is_claim
        ) awaited
        WHERE row.receipt_awaited_since IS DISTINCT FROM awaited.since
        """,
    ),
    Question(
        3,
        "what was sold is consumed or overage",
        "authorization",
        """
        SELECT row.id FROM {rows} row WHERE consumed_kg <> least(sold_kg, net_kg)
            OR NOT is_claim AND (sold_kg <> consumed_kg + overage_kg OR claimed_kg <> 0)
        """,
    ),
    Question(
        3,
        "a sale without a code is claimed until buyer or officer answers",
        "authorization",
        """
        SELECT row.id FROM {rows} row
        CROSS JOIN LATERAL (SELECT net_kg FROM authorizations_sale
            WHERE authorization_id = row.id ORDER BY version DESC LIMIT 1) last
        WHERE row.is_claim AND row.claimed_kg <> CASE
            WHEN EXISTS (SELECT FROM authorizations_receipt WHERE authorization_id = row.id)
                OR EXISTS (SELECT FROM authorizations_agreement
                    WHERE authorization_id = row.id AND confirms_claim)
            THEN 0 ELSE last.net_kg END
        """,
    ),
    Question(
        3,
        "a sale without a code is debited as far as buyer or officer vouches for it",
        "authorization",
        f"""
        SELECT row.id FROM {{rows}} row
        CROSS JOIN LATERAL (
            WITH counted AS MATERIALIZED (
                SELECT sum({USED}) OVER (ORDER BY version) AS kg,
                    lead(version, 1, row.version + 1) OVER (ORDER BY version) AS until
                FROM {ENTRIES}
                WHERE authorization_id = row.id AND allowance_id = row.seller_allowance_id
            )
            SELECT ({VOUCHED}) AS kg
        ) vouched
        WHERE row.is_claim AND row.overage_kg <> vouched.kg
        """,
    ),
    Question(
        3,
        "what counts as sold was reported, and less was agreed to",
        "authorization",
        f"""
        SELECT row.id FROM {{rows}} row
        CROSS JOIN LATERAL (SELECT coalesce(sum(figure), 0) AS kg FROM ({NET}) one) counted
        WHERE row.sold_kg <> counted.kg
        """,
    ),
    Question(
        3,
        "what was issued or sold has taken the vendor’s quota",
        "authorization",
        """
        SELECT row.id FROM {rows} row
        WHERE code IS NOT NULL AND seller_allowance_id IS NULL AND (status = 'issued'
            OR issued_at IS NOT NULL OR consumed_kg > 0 OR overage_kg > 0)
        """,
    ),
    Question(
        3,
        "only what is live reserves, and all that is left",
        "authorization",
        """
        SELECT row.id FROM {rows} row
        WHERE reserved_kg <> CASE WHEN status IN ('pending', 'issued')
            THEN net_kg - consumed_kg ELSE 0 END
        """,
    ),
    Question(
        4,
        "less counts as sold only by a second word",
        "entry",
        """
        SELECT row.id FROM {rows} row
        WHERE row.consumed_kg + row.overage_kg < 0 AND NOT CASE
            WHEN row.kind IN ('agreed', 'claim_confirmed') THEN EXISTS (
                SELECT FROM authorizations_agreement agreed
                WHERE (agreed.authorization_id, agreed.version)
                    = (row.authorization_id, row.version))
            WHEN row.kind = 'received' THEN EXISTS (SELECT FROM authorizations_receipt receipt
                WHERE (receipt.authorization_id, receipt.version)
                    = (row.authorization_id, row.version))
            WHEN row.kind = 'receipt_corrected' THEN EXISTS (
                SELECT FROM authorizations_receipt receipt
                WHERE (receipt.authorization_id, receipt.version)
                    = (row.authorization_id, row.version) AND receipt.replaces_id IS NOT NULL)
            ELSE row.kind IN ('correction', 'void') AND EXISTS (
                SELECT FROM authorizations_sale sale
                JOIN authorizations_receipt receipt ON receipt.sale_id = sale.root_id
                WHERE (sale.authorization_id, sale.version)
                    = (row.authorization_id, row.version) AND receipt.version < row.version)
            END
        """,
    ),
    Question(
        4,
        "what was reserved or held is freed only where nothing more is sold",
        "entry",
        """
        SELECT row.id FROM {rows} row
        JOIN authorizations_authorization code ON code.id = row.authorization_id
        WHERE row.reserved_kg + row.held_kg + greatest(0, row.consumed_kg + row.overage_kg) < 0
            AND (code.declared_at > row.recorded_at OR code.declared_at IS NULL)
            AND NOT CASE row.kind
                WHEN 'refused' THEN true
                WHEN 'released' THEN coalesce(code.released_at <= row.recorded_at, false)
                WHEN 'cancelled' THEN coalesce(code.looked_up_at > row.recorded_at, true)
                WHEN 'expired' THEN coalesce(code.issued_at > row.recorded_at, true)
                ELSE false END
        """,
    ),
)
