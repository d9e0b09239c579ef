"""What a request may say before its body: bounded here, as Google's front ends bound it before deployed functions."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES = 64 * 1024


class BoundedHeads(HttpToolsProtocol):
    """HTTP whose heads, trailers and chunks' extensions have at most about 64 KiB: anybody may send them, and they are kept in memory."""

    _fields = 0
    _held = 0
    _moves = 0

    def data_received(self, data: bytes) -> None:
        """Take what came; what leads nowhere, the parser keeps."""
        before = self._moves
        super().data_received(data)
        self._held = self._held + len(data) if self._moves == before else 0
        if self._held > MAX_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The head of the request is too large.")

    def on_message_begin(self) -> None:
        """A request begins."""
        self._fields = 0
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer; what is raised here is answered by 400."""
        self._fields += len(name) + len(value)
        if self._fields > MAX_HEAD_BYTES:
            raise ValueError("too many headers")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._moves += 1
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._moves += 1
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._moves += 1
        super().on_message_complete()
