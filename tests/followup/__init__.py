"""A second service for proofs: it follows the ledger's events, sets timers and sends notes. Built on
`shared/` alone.
"""
