"""Notes: what people write beside incidents."""

from typing import Final

from tocsin.domain.response.note import Note
from tocsin.store.rows import Rows
from tocsin.store.tables import notes

NOTES: Final = Rows(notes, Note)
