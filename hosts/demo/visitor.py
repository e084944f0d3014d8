"""Somebody who uses the cabinet over HTTP as any client would: the walk, and the making of the demo's people."""

import asyncio
import json
import re
import time
from collections.abc import Callable
from typing import Any

import httpx

Say = Callable[[str], Any]
_SECRET = re.compile(r'("(?:password|token)": )"[^"]*"')
_POLL_SECONDS = 0.3


class Unexpected(Exception):
    """The cabinet did not do what it promises; the text says what was asked and what came."""


class Visitor:
    """One person and the calls that he makes; each is told to `say` in a line."""

    def __init__(self, http: httpx.AsyncClient, say: Say, wait_seconds: float = 60) -> None:
        self._http, self._say, self._wait = http, say, wait_seconds
        self._token = ""
        self._read: set[str] = set()

    async def call(self, method: str, path: str, body: Any = None, *, expect: int = 200) -> Any:
        """The decoded answer. Raises Unexpected for another status."""
        answer = await self._ask(method, path, body)
        shown = "" if body is None else " " + _SECRET.sub(r'\1"…"', json.dumps(body, ensure_ascii=False))
        self._say(f"   {method} {path}{shown} → {answer.status_code}")
        if answer.status_code != expect:
            raise Unexpected(f"{method} {path}: expected {expect}, got {answer.status_code}: {answer.text[:500]}")
        return answer.json() if answer.content else None

    async def letter(self, to: str) -> dict[str, str]:
        """The next letter to an address that was not read yet. Raises Unexpected when none comes in time."""
        found: dict[str, str] = await self.until("GET", "/demo/mail", lambda mailbox: self._unread(mailbox, to))
        return found

    def _unread(self, mailbox: Any, to: str) -> dict[str, str] | None:
        fresh = [letter for letter in mailbox["items"] if to in letter["to"] and letter["id"] not in self._read]
        if not fresh:
            return None
        found: dict[str, str] = fresh[0]
        self._read.add(found["id"])
        return found

    async def skip_letters(self) -> None:
        """Counts the letters that lie in the mailbox now as read."""
        mailbox = await self.call("GET", "/demo/mail")
        self._read |= {letter["id"] for letter in mailbox["items"]}

    async def until(self, method: str, path: str, wanted: Callable[[Any], Any]) -> Any:
        """Asks until `wanted(answer)` is something; raises Unexpected when it does not come in time."""
        deadline, times = time.monotonic() + self._wait, 0
        while True:
            times += 1
            answer = await self._ask(method, path, None)
            if answer.status_code != 200:
                raise Unexpected(f"{method} {path}: got {answer.status_code}: {answer.text[:500]}")
            found = wanted(answer.json())
            if found:
                self._say(f"   {method} {path} → 200" + (f" (спросили {times} раз)" if times > 1 else ""))
                return found
            if time.monotonic() > deadline:
                raise Unexpected(f"{method} {path}: waited {self._wait:.0f} s in vain")
            await asyncio.sleep(_POLL_SECONDS)

    async def _ask(self, method: str, path: str, body: Any) -> httpx.Response:
        headers = {"Accept": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        return await self._http.request(method, path, json=body, headers=headers)

    async def fill(self, url: str, **fields: str) -> str:
        """Fills in the form of a page and presses its button, as a browser does; returns where it is sent to."""
        answer = await self._http.post(url, data=fields)
        self._say(f"   форма {url.partition('?')[0]} → {answer.status_code}")
        if answer.status_code not in (302, 303):
            raise Unexpected(f"{url}: got {answer.status_code}: {answer.text[:500]}")
        return answer.headers["location"]

    async def download(self, path: str) -> bytes:
        """A file. Raises Unexpected when there is none."""
        answer = await self._ask("GET", path, None)
        self._say(f"   GET {path} → {answer.status_code}, {len(answer.content)} байт")
        if answer.status_code != 200:
            raise Unexpected(f"GET {path}: got {answer.status_code}: {answer.text[:500]}")
        return answer.content

    # ---- the steps of a registration
    async def register(self, email: str, password: str) -> None:
        """Opens an account and signs in."""
        form = {"email": email, "password": password, "agreement": True}
        opened = await self.call("POST", "/api/v1/registration", form, expect=201)
        self._token = opened["token"]

    async def enter(self, email: str, password: str) -> dict[str, Any]:
        """Signs in, or registers where there is no such account yet; returns `me`."""
        answer = await self._ask("POST", "/api/v1/sessions", {"email": email, "password": password})
        if answer.status_code == 401:
            await self.register(email, password)
        else:
            self._token = answer.json()["token"]
        me: dict[str, Any] = await self.call("GET", "/api/v1/sessions/current")
        return me

    async def confirm_email(self, letter: dict[str, str]) -> None:
        """Types the code of the letter."""
        code = first(r"\b\d{5}\b", letter["subject"])
        me = await self.call("POST", "/api/v1/registration/email-confirmation", {"code": code})
        if not me["email_confirmed"]:
            raise Unexpected("the code was taken but the address is not confirmed")

    async def introduce(self, person: dict[str, str], phone: str) -> None:
        """Personal data and phone: what the registration still lacks."""
        await self.call("PUT", "/api/v1/profile/personal-data", person, expect=204)
        await self.call("PUT", "/api/v1/profile/phone", {"phone": phone}, expect=204)
        me = await self.call("GET", "/api/v1/sessions/current")
        if me["step"] != "done":
            raise Unexpected(f"the registration stops at {me['step']}")


def first(pattern: str, text: str) -> str:
    """What a pattern finds first. Raises Unexpected."""
    found = re.search(pattern, text)
    if found is None:
        raise Unexpected(f"nothing like {pattern} in: {text[:200]}")
    return found[found.lastindex or 0]
