"""Runs the portal from one command: embedded PostgreSQL and Valkey, steps, supervised processes.

Standard library only, except for the check of translations. Tests use the same parts singly:

    with throwaway() as stores:
        given = {**load(), "PORTAL_DATA_DIR": str(stores.home), "DEMO_MODE": "off"}
        environment = portal.environment(given, port, stores)
        portal.prepare(Report(), environment, demo=False)
        worker = Process(portal.worker(), environment)
        worker.start(); worker.kill(); worker.start(); worker.stop()
        stores.valkey.kill(); stores.valkey.start()
"""
