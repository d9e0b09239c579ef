"""The methods of Cloud Tasks that are about queues."""

from typing import Any

from google.cloud import tasks_v2
from google.iam.v1.iam_policy_pb2 import TestIamPermissionsResponse  # type: ignore[import-untyped]
from google.protobuf.empty_pb2 import Empty
from google.protobuf.field_mask_pb2 import FieldMask

from infra.local.cloud_tasks.pages import page_size, position, token
from infra.local.cloud_tasks.places import Place
from infra.local.cloud_tasks.queue_messages import UPDATABLE, QueueMessage, queue_config, queue_message
from shared.adapters.embedded.tasks.engines import QueueState, TaskEngine
from shared.domain.errors import FieldError, Invalid, NotFound

ListQueuesResponse: Any = tasks_v2.ListQueuesResponse.pb()
MAX_PAGE = 9_800


class QueueMethods:
    """Each method takes a request message and returns the answer's; it raises FanfoldErrors."""

    def __init__(self, engine: TaskEngine, place: Place) -> None:
        self._engine, self._place = engine, place

    def list_queues(self, request: Any) -> Any:
        """A page of the queues, by name."""
        self._place.check("parent", request.parent)
        if request.filter:
            raise Invalid([FieldError("filter", "is not served here: leave it empty")])
        size, after = page_size(request, MAX_PAGE), position(request)
        states = [state for state in self._engine.list_queues() if state.config.name > after]
        answer = ListQueuesResponse(queues=[self._message(state) for state in states[:size]])
        if len(states) > size:
            answer.next_page_token = token(states[size - 1].config.name)
        return answer

    def get_queue(self, request: Any) -> Any:
        """One queue."""
        return self._found(self._place.queue_id("name", request.name))

    def create_queue(self, request: Any) -> Any:
        """Create a queue; raises Conflict when there is one of that name."""
        self._place.check("parent", request.parent)
        queue = self._place.queue_id("queue.name", request.queue.name)
        _check_served(request.queue)
        return self._message(self._engine.create_queue(queue_config(queue, request.queue)))

    def update_queue(self, request: Any) -> Any:
        """Change the fields that the mask names, all when it is empty; a queue that is not there is created."""
        queue = self._place.queue_id("queue.name", request.queue.name)
        _check_served(request.queue)
        _check_mask(request.update_mask)
        wanted = request.queue
        if request.update_mask.paths:
            try:
                wanted = self._found(queue)
            except NotFound:
                wanted = QueueMessage()
            request.update_mask.MergeMessage(request.queue, wanted, True, True)
        self._engine.put_queues([queue_config(queue, wanted)])
        return self._found(queue)

    def delete_queue(self, request: Any) -> Any:
        """Delete a queue with its tasks."""
        self._engine.delete_queue(self._place.queue_id("name", request.name))
        return Empty()

    def purge_queue(self, request: Any) -> Any:
        """End all tasks of a queue; when that was is not kept (`purge_time` stays unset)."""
        queue = self._place.queue_id("name", request.name)
        self._engine.purge_queue(queue)
        return self._found(queue)

    def pause_queue(self, request: Any) -> Any:
        """Start no more deliveries."""
        queue = self._place.queue_id("name", request.name)
        self._engine.pause_queue(queue)
        return self._found(queue)

    def resume_queue(self, request: Any) -> Any:
        """Deliver again."""
        queue = self._place.queue_id("name", request.name)
        self._engine.resume_queue(queue)
        return self._found(queue)

    def test_iam_permissions(self, request: Any) -> Any:
        """Every right is had here over a queue that exists, and none over others."""
        try:
            self._found(self._place.queue_id("resource", request.resource))
        except NotFound:
            return TestIamPermissionsResponse()
        return TestIamPermissionsResponse(permissions=request.permissions)

    def _found(self, queue: str) -> Any:
        return self._message(self._engine.get_queue(queue))

    def _message(self, state: QueueState) -> Any:
        return queue_message(state, self._place.queue_name(state.config.name))


def _check_served(message: Any) -> None:
    """Refuse what would be taken and then not be done."""
    for field in ("app_engine_routing_override", "http_target", "stackdriver_logging_config"):
        if message.HasField(field):
            raise Invalid([FieldError(f"queue.{field}", "is not served here: leave it out")])


def _check_mask(mask: FieldMask) -> None:
    for path in mask.paths:
        is_known = FieldMask(paths=[path]).IsValidForDescriptor(QueueMessage.DESCRIPTOR)
        if path.split(".")[0] not in UPDATABLE or not is_known:
            raise Invalid([FieldError("update_mask", f"may name fields of {' and '.join(UPDATABLE)}, not {path}")])
