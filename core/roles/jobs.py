"""Jobs of roles."""

from core.ports.files import Files
from core.roles.schemas import ForgetFiles
from core.sdk import Context, Job


async def forget_files(ctx: Context, order: ForgetFiles) -> None:
    """Removing a file twice is fine."""
    for key in order.keys:
        await ctx.port(Files).delete(key)


JOBS = (Job("roles.forget_files", forget_files, ForgetFiles),)
