"""The questions of `phrases`, fed in."""

import pytest

from core.testing.cabinet import Cabinet
from tests.core.help.phrases import GROUPS, QUESTIONS


@pytest.fixture
async def answered(cabinet: Cabinet) -> None:
    """«Вопрос-ответ» has something to show."""
    await cabinet.load("help_groups", *GROUPS)
    await cabinet.load("help_questions", *QUESTIONS)
