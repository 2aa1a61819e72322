"""`huancui risk`: train, evaluate and explain the models of risk, on files, offline."""
