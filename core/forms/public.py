"""What plugins use of forms.

A form is declared once, in Python or in TOML (`form_of`). From the declaration come what a client needs to draw it, the
JSON Schema by which it may check (`step_schema`), and the check itself (`check`).
"""

from core.forms.checking import Checked as Checked
from core.forms.checking import check as check
from core.forms.checking import shown as shown
from core.forms.declaring import merged as merged
from core.forms.declaring import steps_of as steps_of
from core.forms.describing import step_schema as step_schema
from core.forms.fields import Addresses as Addresses
from core.forms.fields import Choice as Choice
from core.forms.fields import Day as Day
from core.forms.fields import Email as Email
from core.forms.fields import Field as Field
from core.forms.fields import FileField as FileField
from core.forms.fields import Flag as Flag
from core.forms.fields import Hours as Hours
from core.forms.fields import Inn as Inn
from core.forms.fields import Option as Option
from core.forms.fields import PhoneField as PhoneField
from core.forms.fields import Step as Step
from core.forms.fields import Sum as Sum
from core.forms.fields import Text as Text
