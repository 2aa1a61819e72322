"""How a loan stands in credit records and risk classes: one pure function per scheme, from one frozen
standing.
"""
