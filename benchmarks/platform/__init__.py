"""The platform that is measured: the local stack with counters and a provider of the benchmark's own."""
