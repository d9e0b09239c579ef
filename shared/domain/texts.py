"""Texts that people and machines give us, free of what no one can see."""

import re
import unicodedata

from pydantic import AfterValidator

# Unicode's category Cc but for tab, line feed and carriage return: a terminal obeys them, a spreadsheet chokes on them.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def check_printable(text: str) -> str:
    """The text; raises ValueError when it holds a control character other than tabs and line ends."""
    if not text.isprintable() and (found := _CONTROL.search(text)):
        raise ValueError(
            f"Character {found.start() + 1} is the control character U+{ord(found[0]):04X}: remove it. "
            "Such characters often come from a file that was read in the wrong encoding."
        )
    return text


def check_visible(text: str) -> str:
    """The text, printable; raises ValueError also when nothing of it can be seen: spaces and marks without width alone."""
    check_printable(text)
    if not any(unicodedata.category(character)[0] not in "CZ" for character in text):
        raise ValueError("Nothing of this can be seen: write at least one letter, digit or sign.")
    return text


Printable = AfterValidator(check_printable)
Visible = AfterValidator(check_visible)
