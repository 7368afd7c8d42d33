"""Demo mode: a year of invented firms and trade, and people whom anybody can be.

Nothing of it exists outside demo mode: no address, no command, no row.
"""
