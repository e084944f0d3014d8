"""The core's ports and their adapters: for each an embedded one, which is the default, and one that meets the world."""

from core import sdk
from core.adapters.acquirer_off import AcquirerOffSettings, make_acquirer_off
from core.adapters.acquirer_rbs import RbsSettings, make_rbs
from core.adapters.acquirer_yookassa import YooKassaSettings, make_yookassa
from core.adapters.billing_http import HttpBillingSettings, make_http
from core.adapters.billing_queue import QueueSettings, make_queue
from core.adapters.bills_off import BillsOffSettings, make_bills_off
from core.adapters.edo_diadoc import DiadocSettings, make_diadoc
from core.adapters.edo_operator_off import EdoOperatorOffSettings, make_edo_operator_off
from core.adapters.files_store import LocalSettings, S3Settings, make_local, make_s3
from core.adapters.mail_folder import FolderSettings, make_folder
from core.adapters.mail_smtp import SmtpSettings, make_smtp
from core.adapters.metering_http import HttpMeteringSettings, make_metering_http
from core.adapters.metering_off import MeteringOffSettings, make_metering_off
from core.adapters.organisations_dadata import DadataSettings, make_dadata
from core.adapters.organisations_registry import (
    ExtendedRegistrySettings,
    RegistrySettings,
    make_extended_registry,
    make_registry,
)
from core.adapters.sms_folder import SmsFolderSettings, make_sms_folder
from core.adapters.sms_http import HttpSmsSettings, make_sms_http
from core.ports.acquirer import Acquirer
from core.ports.billing import Billing
from core.ports.bills import Bills
from core.ports.edo_operator import EdoOperator, SecondEdoOperator
from core.ports.files import Files
from core.ports.mail import Mail
from core.ports.metering import Metering
from core.ports.organisations import ExtendedDirectory, OrganisationDirectory
from core.ports.sms import Sms

PORTS: tuple[sdk.Port, ...] = (
    sdk.Port("mail", Mail, default="folder"),
    sdk.Port("files", Files, default="local"),
    sdk.Port("billing", Billing, default="queue"),
    sdk.Port("sms", Sms, default="folder"),
    sdk.Port("acquirer", Acquirer, default="off"),
    sdk.Port("bills", Bills, default="off", preferred=("payments",)),
    sdk.Port("metering", Metering, default="off"),
    sdk.Port("edo_operator", EdoOperator, default="off"),
    sdk.Port("edo_operator_second", SecondEdoOperator, default="off"),
    sdk.Port("organisations", OrganisationDirectory, default="registry"),
    sdk.Port("organisations_extended", ExtendedDirectory, default="registry"),
)

ADAPTERS: tuple[sdk.Adapter, ...] = (
    sdk.Adapter("mail", "folder", make_folder, FolderSettings),
    sdk.Adapter("mail", "smtp", make_smtp, SmtpSettings),
    sdk.Adapter("files", "local", make_local, LocalSettings),
    sdk.Adapter("files", "s3", make_s3, S3Settings),
    sdk.Adapter("billing", "queue", make_queue, QueueSettings),
    sdk.Adapter("billing", "http", make_http, HttpBillingSettings),
    sdk.Adapter("sms", "folder", make_sms_folder, SmsFolderSettings),
    sdk.Adapter("sms", "http", make_sms_http, HttpSmsSettings),
    sdk.Adapter("acquirer", "off", make_acquirer_off, AcquirerOffSettings),
    sdk.Adapter("acquirer", "rbs", make_rbs, RbsSettings),
    sdk.Adapter("acquirer", "yookassa", make_yookassa, YooKassaSettings),
    sdk.Adapter("bills", "off", make_bills_off, BillsOffSettings),
    sdk.Adapter("metering", "off", make_metering_off, MeteringOffSettings),
    sdk.Adapter("metering", "http", make_metering_http, HttpMeteringSettings),
    sdk.Adapter("edo_operator", "off", make_edo_operator_off, EdoOperatorOffSettings),
    sdk.Adapter("edo_operator", "diadoc", make_diadoc, DiadocSettings),
    sdk.Adapter("edo_operator_second", "off", make_edo_operator_off, EdoOperatorOffSettings),
    sdk.Adapter("edo_operator_second", "diadoc", make_diadoc, DiadocSettings),
    sdk.Adapter("organisations", "registry", make_registry, RegistrySettings),
    sdk.Adapter("organisations", "dadata", make_dadata, DadataSettings),
    sdk.Adapter("organisations_extended", "registry", make_extended_registry, ExtendedRegistrySettings),
    sdk.Adapter("organisations_extended", "dadata", make_dadata, DadataSettings),
)
