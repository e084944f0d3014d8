"""Random stories: documents come and go while the operator stumbles in every way; in the end all is there once."""

import os
import random
import time
from collections import Counter

import pytest

from core.testing.cabinet import Caller
from core.testing.signing import Signatory
from tests.plugins.edo.operators import COMPANY, KEP, Operators, numbers, own, signed, state
from tests.plugins.edo.supplier import MAIL, listed, shown

STEPS = 25


def stumble(operators: Operators, chance: random.Random) -> None:
    """Another fault, or none."""
    diadoc = operators.first
    diadoc.trouble = chance.choice(("", "", "", "down", "garbage", "hasty", "stuck"))
    diadoc.overlap = chance.choice((0, 1, 7))
    diadoc.lost_answers, diadoc.pending = chance.choice((0, 0, 1)), chance.choice((0, 0, 2))
    diadoc.failures = chance.choice((0, 0, 1, 4))
    diadoc.conflicts = chance.random() < 0.3
    if chance.random() < 0.2:
        diadoc.expire()


@pytest.mark.requirement("EDO-13")
@pytest.mark.parametrize("story", range(3))
async def test_whatever_the_operator_does(
    operators: Operators,
    signer: Caller,
    director: Signatory,
    story: int,
) -> None:
    seed = int(os.environ.get("ABONENT_TEST_SEED", str(time.time_ns() % 10**6))) + story
    print(f"repeat with ABONENT_TEST_SEED={seed - story}")
    chance, arrived, made = random.Random(seed), 0, list[str]()
    for _ in range(STEPS):
        match chance.choice(("arrives", "arrives", "signs", "creates", "signs there", "time", "time")):
            case "arrives":
                arrived += 1
                operators.arrive(str(arrived), str(arrived).encode())
            case "signs":
                waiting = await listed(signer, filter="to_sign")
                if waiting:
                    await signed(signer, director, chance.choice(waiting))
            case "creates":
                made.append(await own(signer, director))
            case "signs there" if arrived:
                message = chance.choice([one for one in operators.book.messages.values() if sent_by_company(one)])
                document = message["Entities"][0]["EntityId"]
                if not operators.first._signed(message, document, KEP):
                    operators.book.sign(KEP, message["MessageId"], document)
            case _:
                stumble(operators, chance)
                await operators.poll(chance.choice((1, 6, 11)))
    diadoc = operators.first
    diadoc.trouble, diadoc.overlap, diadoc.failures, diadoc.pending, diadoc.lost_answers = "", 0, 0, 0, 0
    for _ in range(4):
        await operators.poll(61)
    answer = await signer.post("/api/v1/sessions", json={"email": MAIL, "password": "Abcdef12"})
    signer.sign(answer.json()["token"])

    found = await numbers(signer)
    assert set(found) == {str(number + 1) for number in range(arrived)} | ({"7"} if made else set())
    everything = await listed(signer)
    assert len(everything) == len(set(everything)) == arrived + len(made)
    own_messages = [one for one in operators.book.messages.values() if not sent_by_company(one)]
    assert len(own_messages) == len(made)
    for one in made:
        assert await state(signer, one) == ("signed", "sent")
    for one in set(everything) - set(made):
        document = await shown(signer, one)
        deeds = Counter(deed["action"] for deed in document["history"])
        assert deeds["deliver"] == 1
        assert deeds["sign"] <= 1
        assert document["document"]["state"] == ("signed" if deeds["sign"] else "awaiting")
    for message in operators.book.messages.values():
        by_client = [
            entity
            for patch in message.get("Patches", [])
            for entity in patch["Entities"]
            if entity["EntityType"] == "Signature" and entity["SignerBoxId"].startswith(KEP.replace("-", ""))
        ]
        assert len(by_client) <= 1


def sent_by_company(message: dict[str, object]) -> bool:
    return str(message["FromBoxId"]).startswith(COMPANY.replace("-", ""))
