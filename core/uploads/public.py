"""What plugins do with files that people upload.

1. Clients upload by `/api/v1/uploads` (or a plugin's own route calls `receive`) and name the identifiers in a call.
2. The service that takes the call attaches them in its transaction: `await adopt(uow, ctx.actor.id, data.files,
   owner="appeals.appeal:" + appeal_id)`. Sizes and names are in the answer, to be refused by the plugin's own rules.
3. It lists them (`attached`), finds one (`found`) and sends it (`send`, `archive`) to whom its own permissions admit.
4. It removes them with what they were attached to: `remove_owned(uow, [owner])`, also from its forgetter.

Files that nobody uploads (the company delivers them, a job makes them) lie under keys of the plugin's own:
`async with receive_file(ctx, "payments/documents", body) as file, ctx.uow() as uow:` stores one, and
`await keep_file(uow, file, instead_of=old_key)` in that block notes it for good; `read_file` and `drop_file` follow.
"""

from core.uploads.domain import clean_name as clean_name
from core.uploads.domain import media_type_of as media_type_of
from core.uploads.errors import EMPTY as EMPTY
from core.uploads.errors import ERRORS as ERRORS
from core.uploads.errors import NO_PREVIEW as NO_PREVIEW
from core.uploads.services.attaching import Attached as Attached
from core.uploads.services.attaching import adopt as adopt
from core.uploads.services.attaching import attached as attached
from core.uploads.services.attaching import attached_of as attached_of
from core.uploads.services.attaching import content as content
from core.uploads.services.attaching import found as found
from core.uploads.services.ending import remove as remove
from core.uploads.services.ending import remove_owned as remove_owned
from core.uploads.services.keeping import Received as Received
from core.uploads.services.keeping import drop_file as drop_file
from core.uploads.services.keeping import keep_file as keep_file
from core.uploads.services.keeping import read_file as read_file
from core.uploads.services.keeping import receive_file as receive_file
from core.uploads.services.receiving import receive as receive
from core.uploads.services.showing import archive as archive
from core.uploads.services.showing import send as send
