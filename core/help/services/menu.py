"""The menu: what the plugins declared, as far as the caller may use it."""

from core.help import schemas, store
from core.sdk import Context, MenuSection


async def menu(ctx: Context) -> schemas.Menu:
    """Sections in their order, each with its tabs. Without a contract everything installed is shown, though empty."""
    roles = set(await ctx.reader.all(store.ROLES_HELD, account_id=ctx.actor.id))
    found: dict[str, tuple[MenuSection, list[MenuSection]]] = {}
    for section in ctx.declared(MenuSection):
        if not await _is_shown(ctx, section, roles):
            continue
        top = section.parent or section
        tabs = found.setdefault(top.name, (top, []))[1]
        if section.parent is not None:
            tabs.append(section)
    ordered = sorted(found.values(), key=lambda item: _place(item[0]))
    return schemas.Menu([await _item(ctx, section, tabs) for section, tabs in ordered])


async def _is_shown(ctx: Context, section: MenuSection, roles: set[str]) -> bool:
    if roles and section.permission is not None and not roles & ctx.runtime.permissions[section.permission]:
        return False
    return section.available is None or await section.available(ctx)


async def _item(ctx: Context, section: MenuSection, tabs: list[MenuSection]) -> schemas.MenuItem:
    shown = [schemas.MenuTab(tab.name, tab.title, await _count(ctx, tab)) for tab in sorted(tabs, key=_place)]
    return schemas.MenuItem(section.name, section.title, await _count(ctx, section), shown)


def _place(section: MenuSection) -> tuple[int, str]:
    return section.order, section.title


async def _count(ctx: Context, section: MenuSection) -> int | None:
    return None if section.counter is None else await section.counter(ctx)
