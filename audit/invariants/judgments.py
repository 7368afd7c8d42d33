"""Invariants 5 and 6: what was reported is judged, and the flags that hold are the right ones."""

from audit.invariants.counts import NOTHING_ARRIVED, select_counted
from audit.invariants.question import Question

# The portal's clock, ahead of the database's in demo mode alone: at the start of the statement,
# which sees the rows of that moment, however long it takes.
NOW = """(statement_timestamp()
    + coalesce((SELECT ahead FROM registry_clockoffset), interval '0'))"""
# The last evaluation of an authorization.
EVALUATED = """
    CROSS JOIN LATERAL (
        SELECT version, ruleset_id, known, findings FROM oversight_evaluation
        WHERE authorization_id = {authorization} ORDER BY id DESC LIMIT 1
    ) evaluated
    JOIN authorizations_ruleset ruleset ON ruleset.id = evaluated.ruleset_id
"""
OF_ROW = EVALUATED.replace("{authorization}", "row.id")


def _is_on(rule: str) -> str:
    return f"coalesce((ruleset.settings->'{rule}'->>'on')::boolean, false)"


def _number(rule: str, name: str) -> str:
    return f"(ruleset.settings->'{rule}'->>'{name}')::numeric"


def _is_flagged(rule: str, kind: str, subject: str) -> str:
    return f"""EXISTS (SELECT FROM oversight_flag WHERE rule = '{rule}' AND holds
        AND subject_kind = '{kind}' AND subject_id = {subject})"""


def _is_volume(unit: str) -> str:
    return f"({unit} IN ('L', 'mL', 'm3', '[gal_us]'))"


def base(row: str) -> str:
    """A quantity in kg or L."""
    return f"""({row}.quantity_value * CASE {row}.quantity_unit
        WHEN 'kg' THEN 1 WHEN 'g' THEN 0.001 WHEN 'mg' THEN 0.000001 WHEN 't' THEN 1000
        WHEN 'L' THEN 1 WHEN 'mL' THEN 0.001 WHEN 'm3' THEN 1000
        WHEN '[gal_us]' THEN 3.785411784 END)"""


# Sold against authorized, in kg of product: a quantity in L is multiplied by the density, so that
# nothing is ever divided. Where anybody reported in the other dimension, masses are compared.
def _is_other(unit: str) -> str:
    return f"({_is_volume(unit)} <> {_is_volume('row.quantity_unit')})"


ARRIVED = f"receipt.outcome NOT IN {NOTHING_ARRIVED}"
MEASURE = f"""
    CROSS JOIN LATERAL (
        SELECT EXISTS (SELECT FROM authorizations_sale sale
                WHERE sale.authorization_id = row.id AND NOT sale.is_void
                AND {_is_other("sale.quantity_unit")})
            OR EXISTS (SELECT FROM authorizations_receipt receipt
                WHERE receipt.authorization_id = row.id AND {ARRIVED}
                AND {_is_other("receipt.quantity_unit")}) AS by_mass
    ) measure
    CROSS JOIN LATERAL (
        SELECT CASE WHEN measure.by_mass OR NOT {_is_volume("row.quantity_unit")} THEN 1
            ELSE product.density_kg_per_l END AS kg_per_unit
    ) weight
"""


def _measured(row: str) -> str:
    return f"CASE WHEN measure.by_mass THEN {row}.product_kg ELSE {base(row)} END"


# Thermal expansion applies where the vendor reported in the other dimension, and nobody reported
# the figure at which the sale counts in the code's own.
REPORTED_IN_OTHER = f"""EXISTS (SELECT FROM authorizations_sale sale
    WHERE one.id IN (sale.id, sale.root_id) AND NOT sale.is_void
        AND {_is_other("sale.quantity_unit")})"""
COUNTS_IN_OWN = f"""EXISTS (SELECT FROM (
        SELECT sale.quantity_unit, sale.product_kg FROM authorizations_sale sale
        WHERE one.id IN (sale.id, sale.root_id) AND NOT sale.is_void
        UNION ALL SELECT receipt.quantity_unit, receipt.product_kg
        FROM authorizations_receipt receipt WHERE receipt.sale_id = one.id AND {ARRIVED}
    ) figure WHERE figure.product_kg = one.figure AND NOT {_is_other("figure.quantity_unit")})"""
ONE = select_counted(_measured("sale"), _measured("receipt")).format(authorization="row.id")
KG = f"""
    CROSS JOIN LATERAL (
        SELECT weight.kg_per_unit * {_measured("row")} AS authorized,
            weight.kg_per_unit * coalesce(sum(one.figure), 0) AS sold,
            coalesce(sum(one.figure) FILTER (WHERE measure.by_mass
                AND {REPORTED_IN_OTHER} AND NOT {COUNTS_IN_OWN}), 0) AS expanding
        FROM ({ONE}) one
    ) kg
"""
# `steady` is the tolerance without expansion; `expansion` over what was sold is added to it, so
# that `beyond * sold > expansion` is true of a difference that is too large.
TOLERANCE = f"""
    CROSS JOIN LATERAL (
        SELECT CASE WHEN product.presentation = 'packed' THEN 0 ELSE least(
                greatest({_number("tolerance", "share")} * kg.authorized,
                    product.scale_division_kg),
                {_number("tolerance", "share_max")} * kg.authorized,
                CASE WHEN evaluated.known->'caps_kg' ? precursor.code
                    THEN (evaluated.known->'caps_kg'->>precursor.code)::numeric
                    ELSE precursor.tolerance_cap_kg END) END AS steady,
            kg.authorized * kg.expanding * coalesce(
                product.expansion_per_kelvin * {_number("tolerance", "kelvin")},
                {_number("tolerance", "volume_share")}) AS expansion
    ) tolerance
"""
WITHIN = _number("decimal_slip", "within")
SOLD = "(CASE kg.sold WHEN 0 THEN 1 ELSE kg.sold END)"  # of nothing sold, nothing expands


def _is_beyond(difference: str) -> str:
    """Whether it is more than the tolerance."""
    return f"({difference} - tolerance.steady) * {SOLD} > tolerance.expansion"


FOUND = f"""
    CROSS JOIN LATERAL (
        SELECT row.status NOT IN ('pending', 'issued') AND row.issued_at IS NOT NULL AS run_out
    ) code
    CROSS JOIN LATERAL (
        SELECT {_is_on("decimal_slip")} AND EXISTS (
            SELECT FROM unnest(ARRAY[10, 100, 1000]) AS times
            WHERE abs(kg.sold - times * kg.authorized) * {SOLD}
                    <= times * ({WITHIN} * {SOLD} * kg.authorized + tolerance.expansion)
                OR (code.run_out AND abs(kg.sold * times - kg.authorized) * {SOLD}
                    <= {WITHIN} * {SOLD} * kg.authorized + tolerance.expansion)
            ) AS slipped
    ) decimal
    CROSS JOIN LATERAL (
        SELECT decimal.slipped AS decimal_slip,
            {_is_on("quantity_exceeded")} AND NOT decimal.slipped
                AND {_is_beyond("kg.sold - kg.authorized")} AS quantity_exceeded,
            {_is_on("quantity_short")} AND code.run_out
                AND {_is_beyond("kg.authorized - kg.sold")} AS quantity_short
    ) found
"""
RECOUNTED = f"""
    SELECT row.id FROM {{rows}} row
    JOIN precursors_product product ON product.id = row.product_id
    JOIN precursors_precursor precursor ON precursor.id = product.precursor_id
    {OF_ROW} {MEASURE} {KG} {TOLERANCE} {FOUND}
    WHERE evaluated.version = row.version AND row.code IS NOT NULL
        AND (found.decimal_slip, found.quantity_exceeded, found.quantity_short) <> (
            {_is_flagged("decimal_slip", "authorization", "row.id")},
            {_is_flagged("quantity_exceeded", "authorization", "row.id")},
            {_is_flagged("quantity_short", "authorization", "row.id")})
"""

# What holds, and what the last evaluation found, in the same columns.
HOLDS = """
    SELECT rule, subject_kind, subject_id, severity, evidence FROM oversight_flag
    WHERE authorization_id = row.id AND holds AND subject_kind IN ('authorization', 'sale')
"""
LAST_FOUND = """
    SELECT finding->>'rule', finding->>'subject', CASE finding->>'subject'
        WHEN 'sale' THEN (finding->>'sale')::bigint ELSE row.id END,
        finding->>'severity', finding->'evidence'
    FROM jsonb_array_elements(evaluated.findings) finding
    WHERE finding->>'subject' IN ('authorization', 'sale')
"""

OWN = (
    Question(
        5,
        "every version is evaluated, or has its duty",
        "authorization",
        f"""
        SELECT row.id FROM {{rows}} row
        WHERE NOT EXISTS (SELECT FROM oversight_evaluation evaluated
            WHERE evaluated.authorization_id = row.id AND evaluated.version = row.version)
        AND NOT EXISTS (SELECT FROM authorizations_duty duty
            WHERE duty.authorization_id = row.id AND duty.parked_at IS NULL
                AND duty.due_at > {NOW} - interval '60 seconds'
                AND (row.version = 1 OR duty.reason = 'recorded' AND duty.version >= row.version
                    AND duty.due_at < {NOW} + interval '60 seconds'))
        """,
    ),
    Question(
        5,
        "every sale is evaluated, or less than a minute overdue",
        "sale",
        f"""
        SELECT row.id FROM {{rows}} row
        WHERE NOT EXISTS (SELECT FROM oversight_evaluation evaluated
            WHERE evaluated.authorization_id = row.authorization_id
                AND evaluated.version >= row.version)
        AND NOT EXISTS (SELECT FROM authorizations_duty duty
            WHERE duty.authorization_id = row.authorization_id AND duty.parked_at IS NULL
                AND duty.version >= row.version AND duty.due_at <= {NOW}
                AND duty.due_at > {NOW} - interval '60 seconds')
        """,
    ),
    Question(
        5,
        "no duty is parked",
        "authorization",
        """
        SELECT row.id FROM {rows} row WHERE EXISTS (SELECT FROM authorizations_duty duty
            WHERE duty.authorization_id = row.id AND duty.parked_at IS NOT NULL)
        """,
    ),
    Question(
        6,
        "the quantity flags that hold are those of a recount",
        "authorization",
        RECOUNTED,
    ),
    Question(
        6,
        "quota_overdrawn holds where a booking passed its limit",
        "authorization",
        f"""
        SELECT row.id FROM {{rows}} row {OF_ROW}
        WHERE evaluated.version = row.version
        AND ({_is_on("quota_overdrawn")} AND EXISTS (SELECT FROM authorizations_ledgerentry
            WHERE authorization_id = row.id AND used_after_kg > limit_kg
                AND reserved_kg + held_kg + consumed_kg + overage_kg > 0))
            <> {_is_flagged("quota_overdrawn", "authorization", "row.id")}
        """,
    ),
    Question(
        6,
        "used above a limit has its flag",
        "entry",
        f"""
        SELECT row.id FROM {{rows}} row
        {EVALUATED.replace("{authorization}", "row.authorization_id")}
        WHERE evaluated.version >= row.version AND row.used_after_kg > row.limit_kg
            AND row.reserved_kg + row.held_kg + row.consumed_kg + row.overage_kg > 0
            AND {_is_on("quota_overdrawn")}
            AND NOT EXISTS (SELECT FROM oversight_flag WHERE rule = 'quota_overdrawn'
                AND authorization_id = row.authorization_id)
        """,
    ),
    Question(
        6,
        "sold_without_code holds where a sale without a code stands",
        "sale",
        f"""
        SELECT row.id FROM {{rows}} row
        JOIN authorizations_authorization code ON code.id = row.authorization_id
        {EVALUATED.replace("{authorization}", "row.authorization_id")}
        WHERE row.root_id IS NULL AND evaluated.version = code.version
        AND ({_is_on("sold_without_code")} AND code.code IS NULL AND NOT EXISTS (
            SELECT FROM authorizations_sale void WHERE void.root_id = row.id AND void.is_void
                AND NOT EXISTS (SELECT FROM authorizations_sale WHERE replaces_id = void.id)))
            <> {_is_flagged("sold_without_code", "sale", "row.id")}
        """,
    ),
    Question(
        6,
        "the flags that hold are what was last found, word for word",
        "authorization",
        f"""
        SELECT row.id FROM {{rows}} row
        LEFT JOIN LATERAL (SELECT findings FROM oversight_evaluation
            WHERE authorization_id = row.id ORDER BY id DESC LIMIT 1) evaluated ON true
        WHERE EXISTS (({HOLDS} EXCEPT {LAST_FOUND}) UNION ALL ({LAST_FOUND} EXCEPT {HOLDS}))
        """,
    ),
    Question(
        6,
        "what a flag’s step tells was found by an evaluation",
        "step",
        """
        SELECT row.id FROM {rows} row JOIN oversight_flag flag ON flag.id = row.flag_id
        WHERE row.kind IN ('raised', 'changed', 'reopened')
            AND flag.subject_kind IN ('authorization', 'sale')
            AND NOT EXISTS (SELECT FROM oversight_evaluation evaluated
                WHERE evaluated.authorization_id = flag.authorization_id
                AND evaluated.version = (row.data->>'version')::int
                AND evaluated.findings @> jsonb_build_array(jsonb_build_object(
                    'rule', flag.rule, 'evidence', row.data->'evidence')))
        """,
    ),
)
