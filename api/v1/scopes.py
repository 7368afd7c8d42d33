"""Which scopes open what: one name for each kind of operation.

Any of those named will do. A scope counts where it means something for the key's owner
(`ApiKey.opens`): `buy` opens nothing to the authority, `flags:read` nothing to a firm.
"""

ANY_KEY = ()  # the catalogue, and what a key is: nobody's secret
READ_REGISTER = ("registry:read", "registry:write", "registry:grant", "buy", "sell", "carry")
READ_TRADE = ("trade:read", "buy", "sell")
READ_FLAGS = ("flags:read", "flags:review")
READ_FLAGGED = (*READ_TRADE, *READ_FLAGS)  # one row of trade, which a flag may be about
WRITE = ("registry:write", "registry:grant")
AMEND = WRITE  # of a firm: its own sites and vehicles, and nothing looser
DECIDE = ("registry:write",)  # on codes and sales: no standing decision is about those
READ_PROPOSALS = ("registry:read", *WRITE)
