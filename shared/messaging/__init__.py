"""Transport: the broker's port and its clients, the relay out, the consumer in, timers and sends."""
