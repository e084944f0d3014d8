"""An operator of electronic documents that does not exist: it speaks Diadoc's API, and fails on demand.

For tests and demonstrations, sharing no code with the adapter. `Diadoc` is an ASGI application and the hand of whoever
writes from the other side; `DiadocServer` puts it behind a socket.
"""

from core.testing.diadoc.book import Book as Book
from core.testing.diadoc.kept import KeptDiadoc as KeptDiadoc
from core.testing.diadoc.kept import NewDocument as NewDocument
from core.testing.diadoc.kept import NewReply as NewReply
from core.testing.diadoc.server import Diadoc as Diadoc
from core.testing.diadoc.server import DiadocServer as DiadocServer
