"""How a phrase finds a question: as it stands, or by its words whatever their form.

SQLite has no stemmer for Russian, so words are stemmed here, when a question is written and when it is looked for: both
databases then compare the same strings. A question keeps its stems sorted and fenced, `|дом||показан||прибор|`, so that
one LIKE finds any set of them, `%|дом|%|прибор|%`.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

import snowballstemmer

_WORD = re.compile(r"[^\W_]+")
_STEMMERS = {is_latin: snowballstemmer.stemmer(name) for is_latin, name in ((False, "russian"), (True, "english"))}
_NOTHING = "|"
"""A pattern that no question has."""
_UNTOLD = (
    "а без бы в во вы где да для до его если есть же за и из или их к как какая какие какой ко когда кто ли мне мной мы"
    " на над не него нет ни но о об он они от по под при с свои свой свою со так там то у уже чем что чтобы это я"
    " a an and are for how i in is it my of on or the to what"
)
_SAY_NOTHING = frozenset(_UNTOLD.split())


def folded(text: str) -> str:
    """The text as it is compared: lower case, `е` for `ё`, single spaces."""
    return " ".join(text.lower().replace("ё", "е").split())


def searchable(*texts: str) -> str:
    """Folded texts, a line each: a phrase has no line break, so it is never found across two of them."""
    return "\n".join(map(folded, texts))


def stems(*texts: str) -> str:
    """The stems of all words that say something, as a question keeps them."""
    return "".join(f"|{stem}|" for stem in _stems(*texts))


def phrase_pattern(phrase: str) -> str:
    """The LIKE pattern (escape: backslash) of texts that hold the phrase as it stands."""
    return "%" + re.sub(r"([%_\\])", r"\\\1", folded(phrase)) + "%"


def stems_pattern(phrase: str) -> str:
    """The LIKE pattern of stems that hold all of the phrase's."""
    found = _stems(phrase)
    return "%" + "%".join(f"|{stem}|" for stem in found) + "%" if found else _NOTHING


def _stems(*texts: str) -> list[str]:
    return sorted({_stem(word) for text in texts for word in _words(text)})


def _words(text: str) -> Iterator[str]:
    return (word for word in _WORD.findall(folded(text)) if word not in _SAY_NOTHING)


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    return str(_STEMMERS[word.isascii()].stemWord(word))
