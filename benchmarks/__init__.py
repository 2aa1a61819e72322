"""Speed and size of the services, each beside the raw limit of the same machine, measured in the same run."""
