"""The local stack: real PostgreSQL, real Apache Kafka and the services, from Python packages alone."""
