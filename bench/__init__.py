"""Measures the two hot paths, issue and redeem, against what is possible and what is usual.

Four contenders work on one PostgreSQL, each in a database of its own, in interleaved rounds:

    sql       minimal/    a hand-written transaction with the same durable effect, by 8 clients
    wsgi      minimal/    a bare WSGI application that does it in one statement
    naive     naive/      what a competent developer writes in an afternoon with DRF
    portal    full/       this portal, over /api/v1/, with everything on
"""
