"""The contender naive: what a competent developer writes in an afternoon with DRF.

ModelViewSets, token authentication, a serializer for each model, `select_for_update` inside
`transaction.atomic`, a row of history for each act. No idempotency, no ledger, no duties.
"""
