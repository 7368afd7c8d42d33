"""Runs the portal from one command: embedded PostgreSQL and Valkey, steps, supervised processes.

Standard library only. Tests start stores and processes through `launcher.stores` and
`launcher.supervisor`.
"""
