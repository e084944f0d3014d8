"""What a role may do here. The manual's table of roles is silent about smart metering: everybody may look (ROL-25)."""

from core.sdk import Permission

VIEW = Permission("isu.view", "Просмотр данных интеллектуальных приборов учёта по договору")

PERMISSIONS = (VIEW,)
