"""Mediation: disagreement, before a neutral third party."""
