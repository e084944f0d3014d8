"""GOST R 34.10-2012 and Streebog: vectors of the standards, both ways of hashing, and whatever hypothesis finds."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.gost import signature
from core.gost.curves import CURVES, Curve
from core.gost.streebog import SIZES, GcryptStreebog, PythonStreebog, gcrypt, streebog

WAYS: list[type[PythonStreebog | GcryptStreebog]] = [PythonStreebog, *([GcryptStreebog] if gcrypt() else [])]
M1 = b"012345678901234567890123456789012345678901234567890123456789012"
"""RFC 6986, section 10.1 (as it is hashed)."""
VECTORS = [
    ("streebog256", M1, "9d151eefd8590b89daa6ba6cb74af9275dd051026bb149a452fd84e5e57b5500"),
    ("streebog256", b"", "3f539a213e97c802cc229d474c6aa32a825a360b2a933a949fd925208d9ce1bb"),
    (
        "streebog512",
        M1,
        "1b54d01a4af5b9d5cc3d86d68d285462b19abc2475222f35c085122be4ba1ffa"
        "00ad30f8767b3a82384c6574f024c311e2a481332b08ef7f41797891c1646f48",
    ),
    (
        "streebog512",
        b"",
        "8e945da209aa869f0455928529bcae4679e9873ab707b55315f56ceb98bef0a7"
        "362f715528356ee83cda5f2aac4c6ad2ba3a715c1bcd81cb8e9f90bf4c1c1a8a",
    ),
]
# RFC 7091, section 7.1: the curve of the example, which nobody signs with
EXAMPLE = Curve(
    p=57896044618658097711785492504343953926634992332820282019728792003956564821041,
    a=7,
    b=43308876546767276905765904595650931995942111794451039583252968842033849580414,
    q=57896044618658097711785492504343953927082934583725450622380973592137631069619,
    x=2,
    y=4018974056539037503335449422937059775635739389905545080690979365213431566280,
)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("name", "data", "expected"), VECTORS)
def test_streebog_of_the_standard(
    way: type[PythonStreebog | GcryptStreebog], name: str, data: bytes, expected: str
) -> None:
    made = way(name)
    made.update(data)
    assert made.digest().hex() == expected
    assert streebog(name, data).digest().hex() == expected


@pytest.mark.parametrize("name", list(SIZES))
@given(pieces=st.lists(st.binary(max_size=200), max_size=5))
@settings(max_examples=30, deadline=None)
def test_both_ways_of_hashing_agree_however_it_is_fed(name: str, pieces: list[bytes]) -> None:
    results = set()
    for way in WAYS:
        made = way(name)
        for piece in pieces:
            made.update(piece)
        results.add(made.digest())
        assert made.digest() in results  # asking changes nothing
    assert results == {streebog(name, b"".join(pieces)).digest()}


def test_the_signature_of_the_standard() -> None:
    private = 55441196065363246126355624130324183196576709222340016572108097750006097525544
    digest = 20798893674476452017134061561508270130637142515379653289952617252661468872421
    r = 29700980915817952874371204983938256990422752107994319651632687982059210933395
    s = 574973400270084654178925310019147038455227042649098563933718999175515839552
    public = signature.public_key(EXAMPLE, private)
    assert int.from_bytes(public[:32], "little") == (
        57520216126176808443631405023338071176630104906313632182896741342206604859403
    )
    made = s.to_bytes(32, "big") + r.to_bytes(32, "big")
    assert signature.verify(EXAMPLE, public, digest.to_bytes(32, "little"), made)
    assert not signature.verify(EXAMPLE, public, (digest + 1).to_bytes(32, "little"), made)


@pytest.mark.parametrize("curve", list(dict.fromkeys(CURVES.values())))
def test_a_curve_is_what_the_standard_says(curve: Curve) -> None:
    assert (curve.y**2 - curve.x**3 - curve.a * curve.x - curve.b) % curve.p == 0
    assert pow(2, curve.p - 1, curve.p) == pow(2, curve.q - 1, curve.q) == 1
    infinity = signature._combination(curve, curve.q, 0, (curve.x, curve.y, 1))
    assert infinity is None


@pytest.mark.parametrize("curve", list(dict.fromkeys(CURVES.values())))
def test_what_is_signed_is_verified_and_nothing_else(curve: Curve) -> None:
    private = int.from_bytes(b"a private key of a test" * 2, "big") % curve.q
    public, digest = signature.public_key(curve, private), bytes(range(curve.size))
    made = signature.sign(curve, private, digest)
    assert signature.verify(curve, public, digest, made)
    size, zero = curve.size, bytes(curve.size)
    order = curve.q.to_bytes(size, "big")
    wrong = [
        b"",
        made[:-1],
        made + b"\x00",
        zero + made[size:],
        made[:size] + zero,
        order + made[size:],
        made[:size] + order,
        made[size:] + made[:size],
        bytes((made[0] ^ 1, *made[1:])),
        bytes((*made[:-1], made[-1] ^ 1)),
    ]
    assert not any(signature.verify(curve, public, digest, one) for one in wrong)
    assert not signature.verify(curve, public, digest[:-1], made)
    assert not signature.verify(curve, bytes(2 * size), digest, made)  # not on the curve
    assert not signature.verify(curve, b"\xff" * 2 * size, digest, made)
    assert not signature.verify(curve, public[:-1], digest, made)
