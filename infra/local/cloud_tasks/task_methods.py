"""The methods of Cloud Tasks that are about tasks."""

from typing import Any
from uuid import uuid4

from google.cloud import tasks_v2
from google.protobuf.empty_pb2 import Empty

from infra.local.cloud_tasks.pages import page_size, position, token
from infra.local.cloud_tasks.places import Place
from infra.local.cloud_tasks.task_messages import as_created, new_task, task_field, task_message
from shared.adapters.embedded.tasks.engines import TaskEngine
from shared.adapters.embedded.tasks.records import NewTask, TaskRecord
from shared.domain.errors import Conflict, FieldError, Invalid, NotFound

ListTasksResponse: Any = tasks_v2.ListTasksResponse.pb()
MAX_PAGE = 1_000
LAST_SEQ = 2**63 - 1


class TaskMethods:
    """Each method takes a request message and returns the answer's; it raises FanfoldErrors."""

    def __init__(self, engine: TaskEngine, place: Place, service_account: str) -> None:
        self._engine, self._place, self._service_account = engine, place, service_account

    def create_task(self, request: Any) -> Any:
        """Create a task.

        Raises Conflict `task-exists` for a name that is or was taken, and `no-queue` for a queue that does not exist:
        of that Cloud Tasks says here, and only here, that it fails a precondition.
        """
        queue = self._place.queue_id("parent", request.parent)
        name = self._new_name(queue, request.task.name)
        now = self._engine.now()
        try:
            task = new_task(
                queue,
                name,
                request.task,
                queue_retry=lambda: self._engine.get_queue(queue).config.retry,
                service_account=self._service_account,
            )
            [is_new] = self._created(task)
        except NotFound:
            raise Conflict("Queue does not exist.", code="no-queue") from None
        if not is_new:
            raise Conflict(f"A task named {request.task.name} is or was in this queue.", code="task-exists")
        # It may have been delivered and be gone by now, so it is not asked for.
        return self._message(as_created(task, now), request.response_view)

    def get_task(self, request: Any) -> Any:
        """One living task."""
        queue, name = self._place.task_ids("name", request.name)
        return self._message(self._engine.get_task(queue, name), request.response_view)

    def list_tasks(self, request: Any) -> Any:
        """A page of a queue's living tasks, in the order of creation."""
        queue = self._place.queue_id("parent", request.parent)
        size = page_size(request, MAX_PAGE)
        after = position(request) or "0"
        if not after.isdecimal() or int(after) > LAST_SEQ:
            raise Invalid([FieldError("page_token", "is not one that was given out here")])
        records = self._engine.list_tasks(queue, after_seq=int(after), limit=size + 1)
        answer = ListTasksResponse(tasks=[self._message(record, request.response_view) for record in records[:size]])
        if len(records) > size:
            answer.next_page_token = token(str(records[size - 1].seq))
        return answer

    def delete_task(self, request: Any) -> Any:
        """End a task; its name stays taken."""
        self._engine.delete_task(*self._place.task_ids("name", request.name))
        return Empty()

    def run_task(self, request: Any) -> Any:
        """Deliver a task at once, even from a paused queue."""
        record = self._engine.run_task(*self._place.task_ids("name", request.name))
        return self._message(record, request.response_view)

    def _created(self, task: NewTask) -> list[bool]:
        try:
            return self._engine.create_tasks([task])
        except Invalid as error:
            raise Invalid([FieldError(task_field(wrong.pointer), wrong.detail) for wrong in error.errors]) from None

    def _new_name(self, queue: str, name: str) -> str:
        if not name:
            return uuid4().hex
        of, task = self._place.task_ids("task.name", name)
        if of != queue:
            raise Invalid([FieldError("task.name", f"must be in the queue that parent names, {queue}")])
        return task

    def _message(self, record: TaskRecord, view: int) -> Any:
        return task_message(record, self._place, view=view, service_account=self._service_account)
