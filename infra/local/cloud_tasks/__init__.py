"""A stand-in for Cloud Tasks: its gRPC protocol over the embedded queue engine, so that Google's own client can be used."""

from infra.local.cloud_tasks.servers import CloudTasksServer

__all__ = ["CloudTasksServer"]
