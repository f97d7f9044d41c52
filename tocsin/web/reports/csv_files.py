"""Tables as files for spreadsheets, in which no cell can be taken for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

from starlette.responses import Response

Cell = str | int | float | None

MARK: Final = "'"  # makes a spreadsheet show what follows as it stands
# What a formula begins with, also in the wide letters of East Asia.
_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", *"\uff1d\uff0b\uff0d\uff20")


def send_csv(name: str, header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """Answer with a file of this name."""
    return Response(
        write_csv(header, rows),
        media_type="text/csv",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )


def write_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Write rows beneath a header."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC)
    writer.writerow(header)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return text.getvalue()


def _harmless(cell: Cell) -> Cell:
    """Mark text that somebody may have chosen so that a spreadsheet would compute it."""
    return MARK + cell if isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULAS) else cell
