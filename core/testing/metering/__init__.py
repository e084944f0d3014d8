"""A metering platform that does not exist: its devices, what they measure, and how it fails on demand.

For tests and demonstrations. `Platform` is an adapter by itself; `PlatformServer` puts it behind HTTP.
"""

from core.testing.metering.platform import Platform as Platform
from core.testing.metering.server import PlatformServer as PlatformServer
from core.testing.metering.world import Site as Site
from core.testing.metering.world import World as World
from core.testing.metering.world import history as history
from core.testing.metering.world import site_rows as site_rows
