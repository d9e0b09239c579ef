"""Reference pictures: a place to upload to, the check of what came, and from then on a picture that rows may name."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import BoundedSemaphore

from shared.domain import search
from shared.domain.callers import Caller
from shared.domain.errors import (
    Conflict,
    FieldError,
    Forbidden,
    Invalid,
    Malformed,
    NotFound,
    TooLarge,
    Unavailable,
    UnsupportedMedia,
)
from shared.domain.modes import Role
from shared.domain.references import Reference, ReferenceStatus
from shared.domain.uploads import ReferenceCreate
from shared.ports.clock import Clock
from shared.ports.documents import Create, DocumentStore, Write
from shared.ports.ids import Ids
from shared.ports.objects import ObjectStore, SignedUpload
from shared.ports.pictures import CleanPicture, PictureStudio
from shared.repositories import paths
from shared.repositories.collections import Read, check_id, guarded
from shared.repositories.idempotency import IdempotencyRepository
from shared.repositories.pages import Page, PageTokens
from shared.repositories.references import ReferenceRepository
from shared.services.audit import AuditService
from shared.services.links import LinkService
from shared.services.repeats import Repeats
from shared.services.searches import ByAge, Search

ROUTE = "references"
UPLOAD_LASTS = timedelta(hours=1)
# Each holds a file and a thread while it waits for its turn to be decoded.
JUDGED_AT_A_TIME = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadLimits:
    """The largest picture that is taken, in bytes and in pixels."""

    bytes: int
    pixels: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferenceLinks:
    """Signed links to a picture as rows use it and to its thumbnail, and when they end."""

    url: str
    thumbnail_url: str
    expires_at: datetime


class ReferenceService:
    """The reference pictures of an organisation. Bytes that a client uploaded are never shown or used before they are checked."""

    def __init__(
        self,
        documents: DocumentStore,
        *,
        objects: ObjectStore,
        studio: PictureStudio,
        pages: PageTokens,
        audit: AuditService,
        clock: Clock,
        ids: Ids,
        limits: UploadLimits,
        link_hours: int = 6,
    ) -> None:
        self._documents = documents
        self._references = ReferenceRepository(documents)
        self._idempotency = IdempotencyRepository(documents)
        self._by_age = ByAge(self._references, "references", pages)
        self._objects = objects
        self._studio = studio
        self._audit = audit
        self._links = LinkService(objects, clock=clock, grid=timedelta(hours=link_hours))
        self._repeats = Repeats(clock, ids)
        self._clock = clock
        self._ids = ids
        self._limits = limits
        self._places = BoundedSemaphore(JUDGED_AT_A_TIME)

    def create(
        self, caller: Caller, create: ReferenceCreate, *, idempotency_key: str | None, fingerprint: str
    ) -> tuple[Reference, SignedUpload]:
        """A reference that waits for its bytes, and for an hour a link to send them to.

        A repeated key and body gives the same answer. Raises Forbidden, Invalid (too large, or another body).
        """
        caller.require(Role.EDITOR)
        if create.bytes > self._limits.bytes:
            told = f"The file has {create.bytes:,} bytes; at most {self._limits.bytes:,} are taken. Make it smaller."
            raise Invalid([FieldError("/bytes", told)])
        reference = self._repeats.until_unrefused(lambda: self._create(caller, create, idempotency_key, fingerprint))
        upload = self._objects.sign_upload(
            reference.upload,
            media_type=create.media_type,
            max_bytes=create.bytes,
            expires_at=reference.expires_at or reference.created_at,
        )
        return reference, upload

    def complete(self, caller: Caller, reference: str) -> Reference:
        """Check the uploaded bytes by their content and keep the cleaned picture; twice is harmless.

        Raises NotFound, Conflict (nothing was uploaded yet), Invalid with the reason why the picture is refused (for good),
        Unavailable.
        """
        caller.require(Role.EDITOR)
        check_id("ref", reference, "reference")
        completed = self.judge(caller.org, reference)
        if completed.status is ReferenceStatus.REFUSED:
            raise Invalid([FieldError("/upload", completed.detail)], completed.detail)
        return completed

    def judge(self, org: str, reference: str) -> Reference:
        """The reference as it is once the bytes that were uploaded are judged, ready or refused; twice is harmless.

        Raises NotFound (no such reference, or a deleted one), Conflict (nothing was uploaded), Unavailable (too many at once).
        """
        judged = self._repeats.until_unrefused(lambda: self._judge(org, reference))
        self._objects.delete(judged.upload)
        return judged

    def get(self, caller: Caller, reference: str) -> Reference:
        """One reference; raises NotFound."""
        caller.require(Role.VIEWER)
        check_id("ref", reference, "reference")
        return self._references.one(caller.org, reference).value

    def list(
        self, caller: Caller, *, q: str = "", page_size: int | None = None, page_token: str = ""
    ) -> Page[Reference]:
        """The references whose file names have these words, the newest first, those that still wait or were refused too.

        Raises Invalid, Malformed.
        """
        caller.require(Role.VIEWER)
        path = paths.references(caller.org)
        return self._by_age.page(caller.org, path, Search(q=q), page_size=page_size, page_token=page_token)

    def links_of(self, references: Iterable[Reference]) -> dict[str, ReferenceLinks]:
        """Links to these references by id; one that is not ready has none."""
        stored = {one.id: (one.object, one.thumbnail) for one in references if one.object and one.thumbnail}
        urls, expires_at = self._links.downloads([name for names in stored.values() for name in names])
        return {
            reference: ReferenceLinks(url=urls[name], thumbnail_url=urls[thumbnail], expires_at=expires_at)
            for reference, (name, thumbnail) in stored.items()
        }

    def delete(self, caller: Caller, reference: str) -> None:
        """Delete a reference: rows may not name it any more, images made with it stay. Its maker and admins may.

        Raises Forbidden, NotFound.
        """
        caller.require(Role.EDITOR)
        check_id("ref", reference, "reference")
        self._repeats.until_unrefused(lambda: self._delete(caller, reference))

    def _create(
        self, caller: Caller, create: ReferenceCreate, idempotency_key: str | None, fingerprint: str
    ) -> Reference:
        now = self._clock.now()
        if idempotency_key:
            record = self._idempotency.answered(
                caller.org, caller.id, ROUTE, idempotency_key, fingerprint=fingerprint, now=now
            )
            if record is not None:
                return self._references.one(caller.org, record.resource).value
        reference = self._new(caller, create, now)
        writes: list[Write] = [Create(paths.reference(caller.org, reference.id), reference.written())]
        if idempotency_key:
            writes.append(
                self._idempotency.record(
                    caller.org,
                    caller.id,
                    ROUTE,
                    idempotency_key,
                    fingerprint=fingerprint,
                    resource=reference.id,
                    now=now,
                )
            )
        self._documents.commit(writes)
        return reference

    def _new(self, caller: Caller, create: ReferenceCreate, now: datetime) -> Reference:
        reference = self._ids.new("ref")
        return Reference(
            id=reference,
            filename=create.filename,
            media_type=create.media_type,
            bytes=create.bytes,
            upload=paths.upload_object(caller.org, reference),
            created_at=now,
            created_by=caller.member,
            expires_at=now + UPLOAD_LASTS,
            terms=search.terms(create.filename),
        )

    def _judge(self, org: str, reference: str) -> Reference:
        read = self._references.one(org, reference)
        if read.value.status is not ReferenceStatus.AWAITING_UPLOAD:
            return read.value
        try:
            with self._place():
                picture = self._checked(read.value)
                fields = self._kept(org, reference, picture)
        except NotFound:
            return self._not_there(org, reference)
        except (UnsupportedMedia, TooLarge, Malformed) as error:
            fields = {"status": ReferenceStatus.REFUSED.value, "detail": error.detail}
        self._documents.commit([guarded(read, fields)])
        return self._references.one(org, reference).value

    @contextmanager
    def _place(self) -> Iterator[None]:
        """One of the few places for judging: whoever sends many pictures at once shall not hold every thread and all memory."""
        if not self._places.acquire(blocking=False):
            raise Unavailable("Many pictures are being checked at this moment. Ask again in a few seconds.")
        try:
            yield
        finally:
            self._places.release()

    def _checked(self, reference: Reference) -> CleanPicture:
        data = self._objects.get(reference.upload, max_bytes=self._limits.bytes)
        return self._studio.inspect_upload(data, max_bytes=self._limits.bytes, max_pixels=self._limits.pixels)

    def _kept(self, org: str, reference: str, picture: CleanPicture) -> dict[str, str | int]:
        """Store the picture and its thumbnail; the fields that say so."""
        name, thumbnail = paths.reference_object(org, reference), paths.reference_thumbnail_object(org, reference)
        shown = self._studio.renditions(picture.data)
        self._objects.put(name, picture.data, media_type=picture.media_type)
        self._objects.put(thumbnail, shown.thumbnail, media_type="image/jpeg")
        return {
            "status": ReferenceStatus.READY.value,
            "detail": "",
            "media_type": picture.media_type,
            "bytes": len(picture.data),
            "width": picture.width,
            "height": picture.height,
            "sha256": picture.sha256,
            "object": name,
            "thumbnail": thumbnail,
        }

    def _not_there(self, org: str, reference: str) -> Reference:
        """The upload is not there: another request has judged and removed it meanwhile, or it never came."""
        current = self._references.one(org, reference).value
        if current.status is not ReferenceStatus.AWAITING_UPLOAD:
            return current
        if current.expires_at is not None and current.expires_at <= self._clock.now():
            raise Conflict("The upload link has expired. Make a new reference and upload to that.", code="expired")
        raise Conflict("The file has not been uploaded yet. Send it to the upload link first.", code="not-uploaded")

    def _delete(self, caller: Caller, reference: str) -> None:
        read: Read[Reference] = self._references.one(caller.org, reference)
        if read.value.created_by != caller.member and caller.role is not Role.ADMIN:
            raise Forbidden("Only its maker or an admin may delete a reference.")
        fields = {"deleted_at": self._clock.now()}
        self._documents.commit([guarded(read, fields), self._audit.entry(caller, "reference.deleted", reference)])
