"""The least that leaves the same behind: the contenders sql and wsgi."""
