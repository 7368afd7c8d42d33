"""What every endpoint of the REST API shares. Endpoints themselves live in their apps.

`views.Endpoint` and `idempotency.once` to write one with, `bodies` and `lists` for what goes in
and out. (Nothing is imported here: DRF's settings name a module of this package while DRF itself
is being loaded.)
"""
