"""Bytes to text: byte-order marks, UTF-8, UTF-16, and older encodings, announced when guessed."""

import codecs

from charset_normalizer import from_bytes

from client.rows.wrongs import Unreadable

MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
COMMONEST = "cp1252"
CANDIDATES = [
    COMMONEST, "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "iso8859_2", "iso8859_15", "koi8_r",
    "mac_roman", "shift_jis", "euc_jp", "euc_kr", "gb18030", "big5",
]  # fmt: skip


def decode(data: bytes, encoding: str = "") -> tuple[str, str]:
    """The text and a notice (empty when nothing was guessed); raises Unreadable."""
    if encoding:
        return _as_asked(data, encoding), ""
    for mark, name in MARKS:
        if data.startswith(mark):
            return _strict(data, name), ""
    wide = _wide(data)
    if wide:
        return _strict(data, wide), ""
    if b"\0" in data:
        raise Unreadable("This is not a text file. Rows come as .csv, .tsv, .json, .jsonl or .xlsx.")
    try:
        return data.decode("utf-8"), ""
    except UnicodeDecodeError:
        return _guessed(data)


def _guessed(data: bytes) -> tuple[str, str]:
    matches = list(from_bytes(data, cp_isolation=CANDIDATES))
    if not matches:
        raise Unreadable("The text's encoding cannot be told. Save it as UTF-8, or name it with --encoding.")
    best = matches[0]
    common = next((match for match in matches if COMMONEST in match.could_be_from_charset), None)
    is_as_likely = common is not None and common.chaos <= best.chaos and common.coherence >= best.coherence
    name = COMMONEST if is_as_likely else best.encoding
    return data.decode(name), f"Not UTF-8: read as {name}. If letters look wrong, say --encoding NAME."


def _as_asked(data: bytes, encoding: str) -> str:
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise Unreadable(f"There is no encoding named {encoding}. Try utf-8, cp1252 or utf-16.") from None
    return _strict(data, encoding).removeprefix("\ufeff")


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError, TypeError, AttributeError):
        raise Unreadable(f"The file is not valid {encoding.removesuffix('-sig')}: save it again as UTF-8.") from None


def _wide(data: bytes) -> str:
    """UTF-16 without a mark: Latin text has a zero in every second byte."""
    head = data[:200]
    if len(head) < 4 or len(data) % 2:
        return ""
    half = len(head) // 2
    if head[1::2].count(0) > 0.7 * half and head[0::2].count(0) == 0:
        return "utf-16-le"
    if head[0::2].count(0) > 0.7 * half and head[1::2].count(0) == 0:
        return "utf-16-be"
    return ""
