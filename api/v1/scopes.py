"""Which scopes open what: one name for each kind of operation."""

WRITE = ("registry:write",)
