"""The main job: real loans through all four services, with borrowers whose behaviour is simulated."""
