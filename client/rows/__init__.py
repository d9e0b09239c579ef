"""From a file to the rows of a batch: every wrong cell named, nothing guessed in silence."""

from client.rows.sheets import Limits, Sheet, read_sheet
from client.rows.wrongs import BadCell, BadRows

__all__ = ["BadCell", "BadRows", "Limits", "Sheet", "read_sheet"]
