"""Requests to strangers: what they may reach, what they may cost, whom they trust."""

import socket
import ssl
from collections.abc import Iterator
from typing import Any

import pytest
import trustme

from shared.adapters.outbound import SafeOutbound
from shared.adapters.system import SystemClock
from shared.domain.errors import TooLarge
from shared.ports.outbound import OutboundFailed, OutboundTrouble
from tests.receivers import Hit, Receiver, Reply, receiver

MANY = 4_096


class Names:
    """A name server: each lookup gets the next of its answers, the last one for ever; it remembers what it was asked."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int, *_: Any) -> list[tuple[int, int, int, str, tuple[Any, ...]]]:
        self.asked.append(host)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [_row(address, port) for address in answer]


def _row(address: str, port: int) -> tuple[int, int, int, str, tuple[Any, ...]]:
    if ":" in address:
        return (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
    return (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))


def outbound(*answers: list[str], seconds: float = 20.0, tls: ssl.SSLContext | None = None) -> SafeOutbound:
    """One that may reach this machine, by names that resolve as told."""
    names = Names(*answers) if answers else socket.getaddrinfo
    return SafeOutbound(SystemClock(), allow_loopback=True, total_seconds=seconds, lookup=names, tls=tls)


def strict(*answers: list[str]) -> tuple[SafeOutbound, Names]:
    """One as it is on Google Cloud."""
    names = Names(*answers)
    return SafeOutbound(SystemClock(), lookup=names, total_seconds=20.0), names


def trouble_of(made: SafeOutbound, url: str) -> OutboundTrouble:
    with pytest.raises(OutboundFailed) as caught:
        made.post(url, b"{}", headers={}, max_bytes=MANY)
    return caught.value.trouble


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


PRIVATE = [
    "127.0.0.1",
    "127.255.0.3",
    "0.0.0.0",  # noqa: S104 - an address to refuse
    "10.1.2.3",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",
    "169.254.1.1",
    "100.64.0.1",
    "100.127.255.255",
    "192.0.0.1",
    "192.0.2.7",
    "198.18.0.1",
    "224.0.0.251",
    "239.1.2.3",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fec0::1",
    "fd00:ec2::254",
    "fc00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a00:1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:db8::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_public_is_refused_as_it_is_written_and_as_a_name(address: str) -> None:
    made, names = strict([address])
    literal = f"[{address}]" if ":" in address else address
    with pytest.raises(OutboundFailed) as caught:
        made.check(f"https://{literal}/hook")
    assert caught.value.trouble is OutboundTrouble.REFUSED
    assert trouble_of(made, f"https://{literal}/hook") is OutboundTrouble.REFUSED
    assert names.asked == []
    with pytest.raises(OutboundFailed) as named:
        made.post("https://hooks.example/hook", b"{}", headers={}, max_bytes=MANY)
    assert named.value.trouble is OutboundTrouble.REFUSED
    assert address not in named.value.detail
    assert names.asked == ["hooks.example"]


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/",
        "ftp://hooks.example/",
        "file:///etc/passwd",
        "gopher://hooks.example/",
        "//hooks.example/",
        "hooks.example",
        "",
        "https://",
        "https:///hook",
        "https://user:password@hooks.example/",
        "https://hooks.example@127.0.0.1/",
        "https://hooks.example:22/",
        "https://hooks.example:80/",
        "https://hooks.example:65536/",
        "https://hooks.example:nonsense/",
        "https://2130706433/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://①②⑦.0.0.1/",
        "https://[::1%25lo]/",
        "https://[::1/",
        "https://hooks.example/a b",
        "https://hooks.example/a\nb",
        "https://hooks.example/\x00",
        "https://" + "a." * 200 + "example/",
        "https://hooks.example/" + "a" * 2_048,
    ],
)
def test_an_address_that_says_by_itself_that_it_is_wrong_is_refused_before_anything_is_looked_up(url: str) -> None:
    made, names = strict(["1.1.1.1"])
    with pytest.raises(OutboundFailed) as caught:
        made.check(url)
    assert caught.value.trouble is OutboundTrouble.REFUSED
    assert trouble_of(made, url) is OutboundTrouble.REFUSED
    assert names.asked == []


@pytest.mark.parametrize("host", ["0x7f.0.0.1", "0x7f000001", "localhost"])
def test_a_number_that_only_the_systems_lookup_can_read_is_refused_by_what_it_means(host: str) -> None:
    assert trouble_of(SafeOutbound(SystemClock()), f"https://{host}/") in (
        OutboundTrouble.REFUSED,
        OutboundTrouble.NAME,
    )


@pytest.mark.parametrize("url", ["https://hooks.example/a?b=c", "https://hooks.example:8443/", "https://8.8.8.8/"])
def test_a_public_address_passes_the_check(url: str) -> None:
    strict(["1.1.1.1"])[0].check(url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/", "http://localhost:8080/", "https://[::1]/"])
def test_this_machine_is_reached_only_where_that_is_allowed(url: str) -> None:
    outbound().check(url)
    with pytest.raises(OutboundFailed):
        strict(["127.0.0.1"])[0].check(url)


def test_only_this_machines_own_names_get_that_permission() -> None:
    assert trouble_of(outbound(["127.0.0.1"]), "https://hooks.example/") is OutboundTrouble.REFUSED
    assert trouble_of(outbound(["127.0.0.1"]), "http://hooks.example/") is OutboundTrouble.REFUSED
    assert trouble_of(outbound(["10.0.0.1"]), "http://localhost:8080/") is OutboundTrouble.REFUSED


def test_a_name_that_leads_both_ways_is_refused_whole(server: Receiver) -> None:
    assert trouble_of(outbound(["127.0.0.1", "10.0.0.1"]), server.url(host="localhost")) is OutboundTrouble.REFUSED
    assert trouble_of(strict(["8.8.8.8", "127.0.0.1"])[0], "https://hooks.example/") is OutboundTrouble.REFUSED
    assert server.hits == []


def test_a_name_is_looked_up_once_and_the_connection_goes_where_that_answer_said() -> None:
    with receiver(host="127.0.0.2") as elsewhere:
        names = Names(["127.0.0.2"], ["10.0.0.1"])
        made = SafeOutbound(SystemClock(), allow_loopback=True, lookup=names)
        answer = made.post(elsewhere.url(host="localhost"), b"{}", headers={}, max_bytes=MANY)
        assert answer.status == 200
        assert names.asked == ["localhost"]
        assert elsewhere.hits[0].headers["host"] == f"localhost:{elsewhere.port}"
        # The name has moved since: the next request asks again, and is refused.
        assert trouble_of(made, elsewhere.url(host="localhost")) is OutboundTrouble.REFUSED


def test_a_request_arrives_as_it_was_meant(server: Receiver) -> None:
    server.answer = lambda _: Reply(202, {"X-Told": "yes"}, b"thanks")
    url = server.url("/a%20b/ü;c?d=e&f=%2F")
    answer = outbound().post(url, b'{"a": 1}', headers={"Content-Type": "application/json"}, max_bytes=MANY)
    assert (answer.status, answer.headers["x-told"], answer.body) == (202, "yes", b"thanks")
    hit = server.hits[0]
    assert (hit.method, hit.path, hit.body) == ("POST", "/a%20b/%C3%BC;c?d=e&f=%2F", b'{"a": 1}')
    assert hit.headers["content-type"] == "application/json"
    assert hit.headers["user-agent"] == "Fanfold"
    assert hit.headers["accept-encoding"] == "identity"


def test_a_fetch_gives_the_whole_body_or_says_that_it_is_too_large(server: Receiver) -> None:
    server.answer = lambda hit: Reply(body=b"x" * (10 if hit.path == "/small" else 11))
    made = outbound()
    assert made.get(server.url("/small"), headers={}, max_bytes=10).body == b"x" * 10
    with pytest.raises(TooLarge):
        made.get(server.url("/large"), headers={}, max_bytes=10)


def test_of_a_huge_answer_only_the_beginning_is_read(server: Receiver) -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 10000000000\r\n\r\n"
        while not server.stopping.is_set():
            sent += 65_536
            yield b"x" * 65_536

    server.answer = lambda _: Reply(raw=endless())
    answer = outbound().post(server.url(), b"{}", headers={}, max_bytes=100)
    assert answer.body == b"x" * 100
    assert sent < 50_000_000


def test_a_redirect_is_an_answer_and_not_followed(server: Receiver) -> None:
    server.answer = lambda _: Reply(302, {"Location": server.url("/elsewhere")})
    assert outbound().post(server.url(), b"{}", headers={}, max_bytes=MANY).status == 302
    assert [hit.path for hit in server.hits] == ["/hook"]


def test_a_proxy_of_the_environment_is_not_used(server: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert outbound().post(server.url(), b"{}", headers={}, max_bytes=MANY).status == 200


def silent(hit: Hit, server: Receiver) -> Reply:
    server.stopping.wait(30)
    return Reply()


def dripping(server: Receiver, *beginnings: bytes) -> Iterator[bytes]:
    yield from beginnings
    while not server.stopping.wait(0.02):
        yield b"x"


def test_a_server_that_is_silent_or_drips_ends_with_the_whole_exchanges_time(server: Receiver) -> None:
    made = outbound(seconds=0.4)
    server.answer = lambda hit: silent(hit, server)
    assert trouble_of(made, server.url()) is OutboundTrouble.TIMEOUT
    server.answer = lambda _: Reply(raw=dripping(server, b"HTTP/1.1 200 OK\r\nX-Long: "))
    assert trouble_of(made, server.url()) is OutboundTrouble.TIMEOUT
    server.answer = lambda _: Reply(raw=dripping(server, b"HTTP/1.1 200 OK\r\nContent-Length: 4096\r\n\r\n"))
    assert trouble_of(made, server.url()) is OutboundTrouble.TIMEOUT


def test_a_name_server_that_never_answers_ends_with_the_time_as_well(server: Receiver) -> None:
    def hanging(*_: Any) -> list[Any]:
        server.stopping.wait(30)
        return []

    made = SafeOutbound(SystemClock(), lookup=hanging, total_seconds=0.2)
    assert trouble_of(made, "https://hooks.example/") is OutboundTrouble.TIMEOUT


def test_a_listener_that_never_shakes_hands_ends_with_the_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        made = outbound(seconds=0.3, tls=ssl.create_default_context())
        url = f"https://127.0.0.1:{listening.getsockname()[1]}/"
        assert trouble_of(made, url) is OutboundTrouble.TIMEOUT


@pytest.mark.parametrize("raw", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nxx"])
def test_an_answer_that_breaks_off_or_is_none_is_a_failure(server: Receiver, raw: bytes) -> None:
    server.answer = lambda _: Reply(raw=[raw])
    assert trouble_of(outbound(), server.url()) in (OutboundTrouble.PROTOCOL, OutboundTrouble.CONNECTION)


def test_a_port_where_nobody_listens_is_a_failure(server: Receiver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert trouble_of(outbound(), f"http://127.0.0.1:{port}/") is OutboundTrouble.CONNECTION


def test_of_two_addresses_the_second_is_tried_when_the_first_does_not_answer() -> None:
    with receiver(host="127.0.0.2") as server:
        made = outbound(["127.0.0.3", "127.0.0.2"])
        assert made.post(server.url(host="localhost"), b"", headers={}, max_bytes=1).status == 200
        assert len(server.hits) == 1


@pytest.mark.parametrize("error", [socket.gaierror(-2, "unknown"), UnicodeError("label too long")])
def test_a_name_that_does_not_resolve_is_told_as_such(error: Exception) -> None:
    def failing(*_: Any) -> list[Any]:
        raise error

    assert trouble_of(SafeOutbound(SystemClock(), lookup=failing), "https://hooks.example/") is OutboundTrouble.NAME
    assert trouble_of(strict([])[0], "https://hooks.example/") is OutboundTrouble.NAME


def test_the_certificate_is_checked_by_the_name_that_was_asked_for() -> None:
    authority = trustme.CA()
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    names: list[str | None] = []

    def remember(_socket: ssl.SSLObject, name: str | None, _context: ssl.SSLContext) -> None:
        names.append(name)

    for name, expected in (("localhost", None), ("hooks.example", OutboundTrouble.TLS)):
        serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name).configure_cert(serving)
        serving.sni_callback = remember
        with receiver(tls=serving) as server:
            made, url = outbound(["127.0.0.1"], tls=trusting), server.url(scheme="https", host="localhost")
            if expected is None:
                assert made.post(url, b"{}", headers={}, max_bytes=MANY).status == 200
                # Without an authority that we know the same certificate is worth nothing.
                assert trouble_of(outbound(["127.0.0.1"]), url) is OutboundTrouble.TLS
            else:
                assert trouble_of(made, url) is expected
                assert server.hits == []
    assert set(names) == {"localhost"}
