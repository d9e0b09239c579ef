"""What a terminal shows of rows that are too long for a line."""

import io

from rich.console import Console
from rich.text import Text

from client.views.screens import Screen


def _drawn(width: int) -> tuple[Screen, io.StringIO]:
    screen, file = Screen(), io.StringIO()
    screen.results = Console(file=file, force_terminal=True, width=width, color_system="standard", highlight=False)
    return screen, file


def test_cards_cut_no_id_and_no_word_however_narrow_the_terminal_is() -> None:
    screen, file = _drawn(40)
    item, batch, error = (
        "itm_wu35lhhiynvpumafd4mz",
        "bat_2kzhy7zd3bill62q2avk",
        "Flux withheld what \x1b[31mit had drawn, twice.",
    )
    screen.cards(("Item", "Batch", "Prompt", "Error"), [(item, batch, "", error)], heads=2)
    drawn = Text.from_ansi(file.getvalue()).plain
    assert drawn.splitlines()[0] == f"{item}  {batch}"
    assert [line.rstrip() for line in drawn.splitlines()[1:]] == ["  Flux withheld what [31mit had drawn,", "  twice."]


def test_wrapped_columns_of_a_table_keep_all_their_words() -> None:
    screen, file = _drawn(40)
    told = "1 waiting, 0 running: the oldest waits for 22 s"
    screen.table(("Part", "How it stands"), [("lane", told)], flexible=("How it stands",), wrapped=("How it stands",))
    drawn = Text.from_ansi(file.getvalue()).plain
    assert max(len(line) for line in drawn.splitlines()) <= 40
    assert " ".join(drawn.split()).endswith(f"lane {told}")
