"""The servers that tests run against: real PostgreSQL and real Apache Kafka, one of each for a test run."""
