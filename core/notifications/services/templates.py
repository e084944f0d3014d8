"""Templates of letters: the declared ones, replaced by the supplier's own where its folder has them.

The folder holds `<letter>.subject.txt`, `<letter>.txt`, `<letter>.html` (the whole HTML of this letter) and
`wrapper.html` (the HTML of all others, around their text), each of them optional.
"""

from functools import cache
from pathlib import Path

import jinja2
import jinja2.meta
from jinja2.sandbox import SandboxedEnvironment

from core.config import ConfigError
from core.notifications.letters import WRAPPER
from core.sdk import Letter

_ALWAYS = frozenset({"base_url", "supplier"})
_WRAPPER = "wrapper.html"
_PLAIN = SandboxedEnvironment(undefined=jinja2.StrictUndefined, autoescape=False, keep_trailing_newline=True)
_HTML = SandboxedEnvironment(undefined=jinja2.StrictUndefined, autoescape=True)


class Rendered:
    """A letter's subject, text and HTML."""

    def __init__(self, subject: str, text: str, html: str) -> None:
        self.subject, self.text, self.html = subject, text, html


class Templates:
    """The templates in use. Made by `templates_of`."""

    def __init__(self, texts: dict[str, str]) -> None:
        self._used = {name: _environment(name).from_string(text) for name, text in texts.items()}

    def render(self, letter: str, params: dict[str, str]) -> Rendered:
        """The letter. `params` hold what it names, `base_url` and `supplier` included."""
        subject = " ".join(self._used[f"{letter}.subject.txt"].render(params).split())
        text = self._used[f"{letter}.txt"].render(params)
        own = self._used.get(f"{letter}.html")
        html = own.render(params | {"subject": subject}) if own else self._wrap(subject, text, params)
        return Rendered(subject, text, html)

    def _wrap(self, subject: str, text: str, params: dict[str, str]) -> str:
        """The HTML that says the same as the text: escaped, its addresses made links."""
        paragraphs = [part.split("\n") for part in text.strip().split("\n\n") if part.strip()]
        around = {name: params[name] for name in _ALWAYS}
        return self._used[_WRAPPER].render(subject=subject, paragraphs=paragraphs, **around)


@cache
def templates_of(folder: str, letters: tuple[Letter, ...]) -> Templates:
    """The templates of these letters. Raises ConfigError naming the file of the folder that is wrong, and why."""
    texts = {_WRAPPER: WRAPPER}
    for letter in letters:
        texts[f"{letter.name}.subject.txt"], texts[f"{letter.name}.txt"] = letter.subject, letter.text
    allowed = {_WRAPPER: _ALWAYS | {"subject", "paragraphs"}}
    for letter in letters:
        names = _names(letter.subject) | _names(letter.text) | _ALWAYS
        allowed[f"{letter.name}.subject.txt"] = allowed[f"{letter.name}.txt"] = names
        allowed[f"{letter.name}.html"] = names | {"subject"}
    for name, text in _own(folder).items():
        where = f"[plugins.notifications] templates: {name}"
        if name not in allowed:
            raise ConfigError(f"{where}: no such template")
        _check(where, text, allowed[name], _environment(name))
        texts[name] = text
    return Templates(texts)


def _own(folder: str) -> dict[str, str]:
    if not folder:
        return {}
    try:
        return {path.name: path.read_text(encoding="utf-8") for path in sorted(Path(folder).iterdir())}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"[plugins.notifications] templates: {error}") from error


def _environment(name: str) -> SandboxedEnvironment:
    return _HTML if name.endswith(".html") else _PLAIN


def _names(text: str) -> frozenset[str]:
    return frozenset(jinja2.meta.find_undeclared_variables(_PLAIN.parse(text)))


def _check(where: str, text: str, allowed: frozenset[str], environment: jinja2.Environment) -> None:
    try:
        if strangers := _names(text) - allowed:
            known = ", ".join(sorted(allowed))
            raise ConfigError(f"{where}: no such value: {', '.join(sorted(strangers))} (known: {known})")
        values: dict[str, object] = dict.fromkeys(allowed, "1")
        environment.from_string(text).render(values | {"paragraphs": [["1", "1"]]})
    except (jinja2.TemplateError, TypeError, ValueError) as error:
        raise ConfigError(f"{where}: {error}") from error
