"""What must always be true, as questions to the database: each counts its violations.

Written against the tables and not through the verbs, whose slips it is there to find.
"""

from collections.abc import Iterator

from django.db import connection

BALANCES = ("reserved_kg", "held_kg", "consumed_kg", "overage_kg")


def _sums(of: str, by: str) -> str:
    """Rows whose balances differ from the sums of their entries."""
    mine = ", ".join(f"row.{name}" for name in BALANCES)
    sums = ", ".join(f"coalesce(sum({name}), 0) AS {name}" for name in BALANCES)
    theirs = ", ".join(f"coalesce(entries.{name}, 0)" for name in BALANCES)
    return f"""
        SELECT count(*) FROM {of} row LEFT JOIN (
            SELECT {by} AS id, allowance_id AS allowance, {sums}
            FROM authorizations_ledgerentry GROUP BY 1, 2
        ) entries ON entries.id = row.id {{same_allowance}}
        WHERE ({mine}) IS DISTINCT FROM ({theirs})
    """


ENTRIES_OF_BUYER = _sums("authorizations_authorization", "authorization_id").format(
    same_allowance="AND entries.allowance = row.allowance_id"
)
ENTRIES_OF_SELLER = (
    _sums("authorizations_authorization", "authorization_id").format(
        same_allowance="AND entries.allowance = row.seller_allowance_id"
    )
    + "AND row.seller_allowance_id IS NOT NULL"
)
ENTRIES_OF_ALLOWANCE = _sums("authorizations_allowance", "allowance_id").format(same_allowance="")
ALLOWANCE_OF_AUTHORIZATIONS = f"""
    SELECT count(*) FROM authorizations_allowance allowance
    LEFT JOIN LATERAL (
        SELECT {", ".join(f"coalesce(sum({name}), 0) AS {name}" for name in BALANCES)}
        FROM authorizations_authorization
        WHERE allowance.id IN (allowance_id, seller_allowance_id)
    ) parts ON true
    WHERE ({", ".join(f"allowance.{name}" for name in BALANCES)})
        IS DISTINCT FROM ({", ".join(f"parts.{name}" for name in BALANCES)})
"""
NEGATIVE = " UNION ALL ".join(
    f"SELECT 1 FROM {table} WHERE least({', '.join(BALANCES)}) < 0"
    for table in ("authorizations_authorization", "authorizations_allowance")
)

# By the number and the words of the project's list of invariants.
INVARIANTS: dict[str, str] = {
    "1 no balance is negative": f"SELECT count(*) FROM ({NEGATIVE}) found",
    "1 no admission passed its limit": """
        SELECT count(*) FROM authorizations_ledgerentry
        WHERE kind = 'request' AND used_after_kg > limit_kg
    """,
    "2 entries sum to the authorization, for the buyer": ENTRIES_OF_BUYER,
    "2 entries sum to the authorization, for the seller": ENTRIES_OF_SELLER,
    "2 entries sum to the allowance": ENTRIES_OF_ALLOWANCE,
    "2 an allowance is the sum of its authorizations": ALLOWANCE_OF_AUTHORIZATIONS,
    "3 what was sold is consumed or overage": """
        SELECT count(*) FROM authorizations_authorization
        WHERE sold_kg <> consumed_kg + overage_kg OR consumed_kg <> least(sold_kg, net_kg)
    """,
    "3 only what is live reserves, and all that is left": """
        SELECT count(*) FROM authorizations_authorization
        WHERE reserved_kg <> CASE WHEN status IN ('pending', 'issued')
            THEN net_kg - consumed_kg ELSE 0 END
    """,
    "4 used falls only where it may": """
        SELECT count(*) FROM authorizations_ledgerentry
        WHERE reserved_kg + held_kg + consumed_kg + overage_kg < 0 AND kind NOT IN (
            'refused', 'cancelled', 'expired', 'sale', 'not_sold', 'released', 'issued',
            'received', 'agreed', 'void', 'correction')
    """,
    "5 every version is evaluated, or has its duty": """
        SELECT count(*) FROM authorizations_authorization row
        WHERE NOT EXISTS (SELECT FROM authorizations_evaluation done
            WHERE done.authorization_id = row.id AND done.version = row.version)
        AND NOT EXISTS (SELECT FROM authorizations_duty duty
            WHERE duty.authorization_id = row.id AND duty.parked_at IS NULL
                AND duty.due_at > clock_timestamp() - interval '60 seconds'
                    + coalesce((SELECT ahead FROM registry_clockoffset), interval '0'))
    """,
    "5 no duty is parked": (
        "SELECT count(*) FROM authorizations_duty WHERE parked_at IS NOT NULL"
    ),
    "7 a flag's steps have no gap": """
        SELECT count(*) FROM authorizations_flag flag
        LEFT JOIN (SELECT flag_id, count(*) AS number, max(sequence) AS last
            FROM authorizations_flagstep GROUP BY 1) steps ON steps.flag_id = flag.id
        WHERE (number, last) IS DISTINCT FROM (flag.steps_count::bigint, flag.steps_count)
    """,
    "7 a flag's state is its last step's": """
        SELECT count(*) FROM authorizations_flag flag
        JOIN authorizations_flagstep step
            ON step.flag_id = flag.id AND step.sequence = flag.steps_count
        WHERE step.state <> flag.state
    """,
    "7 two ended each high flag, the second a person": """
        SELECT count(*) FROM authorizations_flag
        WHERE severity = 'high' AND state IN ('explained', 'dismissed', 'confirmed')
            AND (decided_by_id IS NULL OR decided_by_id = proposed_by_id
                OR num_nonnulls(proposed_by_id, proposed_key_id) <> 1)
    """,
    "8 a sale is the code's own seller's": """
        SELECT count(*) FROM authorizations_sale sale
        JOIN authorizations_authorization row ON row.id = sale.authorization_id
        WHERE sale.seller_id <> row.seller_id OR sale.buyer_id <> row.buyer_id
    """,
    "8 no code twice": """
        SELECT count(*) - count(DISTINCT code) FROM authorizations_authorization
        WHERE code IS NOT NULL
    """,
    "8 no sale is replaced twice": """
        SELECT count(*) - count(DISTINCT replaces_id) FROM authorizations_sale
        WHERE replaces_id IS NOT NULL
    """,
    "9 the events of a subject have no gap": """
        SELECT count(*) FROM (SELECT FROM registry_event GROUP BY subject_kind, subject_id
            HAVING count(*) <> max(sequence) OR min(sequence) <> 1) found
    """,
    # The request makes version 1, with the event of its issue where no officer was asked.
    "9 every change of an authorization has its event": """
        SELECT count(*) FROM authorizations_authorization row
        LEFT JOIN (SELECT subject_id, count(*) AS number FROM registry_event
            WHERE subject_kind = 'authorization' AND kind NOT IN ('authorization.requested',
                'authorization.looked_up', 'authorization.without_code')
            AND (kind <> 'authorization.issued' OR num_nonnulls(user_id, api_key_id) = 1)
            GROUP BY 1
        ) events ON events.subject_id = row.id
        WHERE coalesce(number, 0) <> row.version - 1
    """,
    "10 every guard is on, always": """
        SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'A'
            AND tgfoid = 'portal_refuses'::regproc
    """,
    "10 what is only added to is guarded": """
        SELECT count(*) FROM unnest(ARRAY['registry_event', 'registry_licensestep',
            'authorizations_agreement', 'authorizations_evaluation', 'authorizations_flagstep',
            'authorizations_ledgerentry', 'authorizations_lookup', 'authorizations_receipt',
            'authorizations_ruleset', 'authorizations_sale']) AS kept(name)
        WHERE 2 <> (SELECT count(*) FROM pg_trigger WHERE tgrelid = kept.name::regclass
            AND tgname IN ('rows_are_kept', 'table_is_kept'))
    """,
}


def violations() -> Iterator[tuple[str, int]]:
    """Each invariant with the number of rows that break it."""
    with connection.cursor() as cursor:
        for name, question in INVARIANTS.items():
            cursor.execute(question)
            yield name, cursor.fetchone()[0]
