"""Fills the portal with years of trade: a few stories acted out by the verbs, then multiplied.

stories.py acts them; mold.py turns the rows they left into lines with blanks; load.py fills the
blanks and copies the lines in. So every row is one that the portal itself would have written.
"""
