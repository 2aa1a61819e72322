"""Models of risk on real data, where these lie beside the repository."""
