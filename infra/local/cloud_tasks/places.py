"""Resource names of the one project and location that a stand-in serves."""

import re
from dataclasses import dataclass

from shared.domain.errors import FieldError, Invalid, NotFound

_LOCATION = r"projects/(?P<project>[A-Za-z0-9:.-]+)/locations/(?P<location>[A-Za-z0-9-]+)"
_QUEUE = _LOCATION + r"/queues/(?P<queue>[A-Za-z0-9-]{1,100})"
_TASK = _QUEUE + r"/tasks/(?P<task>[A-Za-z0-9_-]{1,500})"
_SHAPES = {
    "location": (re.compile(_LOCATION), "projects/PROJECT/locations/LOCATION"),
    "queue": (re.compile(_QUEUE), "projects/PROJECT/locations/LOCATION/queues/QUEUE"),
    "task": (re.compile(_TASK), "projects/PROJECT/locations/LOCATION/queues/QUEUE/tasks/TASK"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """A project and a location; `field` is where a request carries the name.

    Reading a name raises Invalid naming the field when it is no such name, and NotFound for another project or location.
    """

    project: str
    location: str

    @property
    def name(self) -> str:
        """The location's own name."""
        return f"projects/{self.project}/locations/{self.location}"

    def check(self, field: str, name: str) -> None:
        """Read the name of a location, which must be this one."""
        self._match("location", field, name)

    def queue_id(self, field: str, name: str) -> str:
        """The last part of a queue's name."""
        return self._match("queue", field, name)["queue"]

    def task_ids(self, field: str, name: str) -> tuple[str, str]:
        """The queue's and the task's part of a task's name."""
        match = self._match("task", field, name)
        return match["queue"], match["task"]

    def queue_name(self, queue: str) -> str:
        """The whole name of a queue."""
        return f"{self.name}/queues/{queue}"

    def task_name(self, queue: str, task: str) -> str:
        """The whole name of a task."""
        return f"{self.queue_name(queue)}/tasks/{task}"

    def _match(self, kind: str, field: str, name: str) -> re.Match[str]:
        shape, example = _SHAPES[kind]
        match = shape.fullmatch(name)
        if match is None:
            raise Invalid([FieldError(field, f"must be of the form {example}")])
        if (match["project"], match["location"]) != (self.project, self.location):
            raise NotFound(f"{name} is not in {self.name}, which is all that is served here.")
        return match
