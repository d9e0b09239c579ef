"""What arrived where clients upload to: judged when it is an upload of ours, passed over with a reason when it is not."""

from shared.domain.errors import Conflict, NotFound
from shared.domain.references import ReferenceStatus
from shared.logging import logger
from shared.ports.objects import ObjectStore
from shared.repositories import paths
from shared.services.references import ReferenceService

_log = logger(__name__)


class UploadService:
    """Completes references whose bytes have arrived, whether or not their client asks for it too."""

    def __init__(self, references: ReferenceService, *, objects: ObjectStore, bucket: str) -> None:
        self._references = references
        self._objects = objects
        self._bucket = bucket

    def arrived(self, bucket: str, name: str) -> None:
        """An object was stored: judge the upload that it is. Twice, late and out of order are harmless.

        What is no upload of ours, or came to nothing, is logged with its reason and done with. Raises Unavailable.
        """
        found = paths.reference_of_upload(name)
        if bucket != self._bucket or found is None:
            # Whoever can name objects here may also have named it to be read in a log.
            _log.warning("upload_passed_over", reason="another bucket" if found else "no upload of ours")
            return
        org, reference = found
        try:
            judged = self._references.judge(org, reference)
        except NotFound:
            # No row can ever name it: what was sent for it is rubbish.
            self._objects.delete(name)
            _log.warning("upload_passed_over", reason="no such reference", org=org, reference=reference)
        except Conflict as error:
            _log.info("upload_passed_over", reason=error.code, org=org, reference=reference)
        else:
            refused = judged.status is ReferenceStatus.REFUSED
            _log.info("upload_judged", status=judged.status.value, org=org, reference=reference, refused=refused)
