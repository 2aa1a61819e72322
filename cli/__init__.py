"""The command line: it talks to the services as any user would."""
