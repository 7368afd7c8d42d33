"""Random trade by many processes at once, and the proof that nothing was overdrawn, lost or done
twice.

world.py enters the firms; acts.py draws what to do next; client.py does it, through the verbs or
over HTTP, and writes a journal; seed.py runs one seed with eight clients; verdict.py holds the
database to the journals and to the invariants.
"""
