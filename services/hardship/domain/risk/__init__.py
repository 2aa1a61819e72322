"""How probable it is that somebody soon cannot pay: it opens help, and nothing else."""
