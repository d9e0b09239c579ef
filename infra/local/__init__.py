"""The local stack: every function, its queue and its schedule in one process, on the embedded adapters."""
