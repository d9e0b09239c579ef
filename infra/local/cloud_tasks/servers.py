"""The gRPC server of the stand-in."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self

import grpc
from google.cloud import tasks_v2
from google.iam.v1.iam_policy_pb2 import TestIamPermissionsRequest  # type: ignore[import-untyped]

from infra.local.cloud_tasks.places import Place
from infra.local.cloud_tasks.queue_methods import QueueMethods
from infra.local.cloud_tasks.task_methods import TaskMethods
from shared.adapters.embedded.tasks.engines import TaskEngine
from shared.domain.errors import ConfigurationWrong, Conflict, FanfoldError, Forbidden, Invalid, NotFound, Unavailable

SERVICE = "google.cloud.tasks.v2.CloudTasks"
LOOPBACK = "127.0.0.1"
_THREADS = 16
_GRACE_SECONDS = 2.0
_STATUSES: dict[type[FanfoldError], grpc.StatusCode] = {
    Invalid: grpc.StatusCode.INVALID_ARGUMENT,
    NotFound: grpc.StatusCode.NOT_FOUND,
    Forbidden: grpc.StatusCode.PERMISSION_DENIED,
    Unavailable: grpc.StatusCode.UNAVAILABLE,
}
_CONFLICTS = {
    "queue-exists": grpc.StatusCode.ALREADY_EXISTS,
    "task-exists": grpc.StatusCode.ALREADY_EXISTS,
    "no-queue": grpc.StatusCode.FAILED_PRECONDITION,
}


class CloudTasksServer:
    """Serves `google.cloud.tasks.v2.CloudTasks` over an engine to this machine alone, for one project and location.

    Tokens are asked for one `service_account`; whoever dispatches the engine's tasks makes them. Neither batches nor
    App Engine tasks are served (UNIMPLEMENTED, INVALID_ARGUMENT). Port 0 takes a free one; a context manager serves
    until its block ends. Raises ConfigurationWrong when the port is taken.
    """

    def __init__(self, engine: TaskEngine, *, project: str, location: str, service_account: str, port: int = 0) -> None:
        place = Place(project, location)
        self._server = grpc.server(
            ThreadPoolExecutor(_THREADS, thread_name_prefix="cloud-tasks"),
            handlers=[_handlers(QueueMethods(engine, place), TaskMethods(engine, place, service_account))],
            options=[("grpc.so_reuseport", 0)],
        )
        try:
            taken = self._server.add_insecure_port(f"{LOOPBACK}:{port}")
        except RuntimeError:
            raise ConfigurationWrong(f"Port {port} cannot be had for the stand-in for Cloud Tasks.") from None
        self.address = f"{LOOPBACK}:{taken}"

    def start(self) -> None:
        """Answer from now on."""
        self._server.start()

    def stop(self) -> None:
        """Take no more calls, let those that run end (2 s at most), and free the port."""
        self._server.stop(_GRACE_SECONDS).wait()

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()


def _handlers(queues: QueueMethods, tasks: TaskMethods) -> grpc.GenericRpcHandler:
    methods: dict[str, Callable[[Any], Any]] = {
        "ListQueues": queues.list_queues,
        "GetQueue": queues.get_queue,
        "CreateQueue": queues.create_queue,
        "UpdateQueue": queues.update_queue,
        "DeleteQueue": queues.delete_queue,
        "PurgeQueue": queues.purge_queue,
        "PauseQueue": queues.pause_queue,
        "ResumeQueue": queues.resume_queue,
        "CreateTask": tasks.create_task,
        "GetTask": tasks.get_task,
        "ListTasks": tasks.list_tasks,
        "DeleteTask": tasks.delete_task,
        "RunTask": tasks.run_task,
    }
    handlers = {name: _handler(method, getattr(tasks_v2, f"{name}Request").pb()) for name, method in methods.items()}
    handlers["TestIamPermissions"] = _handler(queues.test_iam_permissions, TestIamPermissionsRequest)
    return grpc.method_handlers_generic_handler(SERVICE, handlers)


def _handler(method: Callable[[Any], Any], request: Any) -> "grpc.RpcMethodHandler[Any, Any]":
    def answer(message: Any, context: grpc.ServicerContext) -> Any:
        try:
            return method(message)
        except FanfoldError as error:
            context.abort(_status(error), _said(error))

    return grpc.unary_unary_rpc_method_handler(
        answer, request_deserializer=request.FromString, response_serializer=lambda message: message.SerializeToString()
    )


def _status(error: FanfoldError) -> grpc.StatusCode:
    if isinstance(error, Conflict):
        return _CONFLICTS[error.code]
    return _STATUSES[type(error)]


def _said(error: FanfoldError) -> str:
    if isinstance(error, Invalid):
        return "; ".join(f"{wrong.pointer} {wrong.detail}" for wrong in error.errors)
    return error.detail
