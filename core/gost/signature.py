"""Signing and verifying by GOST R 34.10-2012, in integers.

Byte orders are those of certificates and of CMS: a public key is x||y little-endian, a signature s||r big-endian, and a
digest is a little-endian integer. Signing is for tests and demonstrations: it does not hide its timing.
"""

import secrets

from core.gost.curves import Curve

Point = tuple[int, int, int]
"""Jacobian: x/z^2, y/z^3; z = 0 is the point at infinity."""


def verify(curve: Curve, public_key: bytes, digest: bytes, signature: bytes) -> bool:
    """Whether the signature of a digest is right; everything malformed is just not."""
    size, p, q = curve.size, curve.p, curve.q
    if len(public_key) != 2 * size or len(signature) != 2 * size or len(digest) != size:
        return False
    x, y = int.from_bytes(public_key[:size], "little"), int.from_bytes(public_key[size:], "little")
    if x >= p or y >= p or (y * y - (x * x * x + curve.a * x + curve.b)) % p:
        return False
    s, r = int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
    if not (0 < r < q and 0 < s < q):
        return False
    inverse = pow(_number(curve, digest), -1, q)
    found = _combination(curve, s * inverse % q, -r * inverse % q, (x, y, 1))
    return found is not None and found[0] % q == r


def sign(curve: Curve, private_key: int, digest: bytes) -> bytes:
    """A signature of a digest (as long as a coordinate)."""
    e, q = _number(curve, digest), curve.q
    while True:
        k = 1 + secrets.randbelow(q - 1)
        point = _combination(curve, k, 0, _base(curve))
        assert point is not None
        r = point[0] % q
        s = (r * private_key + k * e) % q
        if r and s:
            return s.to_bytes(curve.size, "big") + r.to_bytes(curve.size, "big")


def public_key(curve: Curve, private_key: int) -> bytes:
    """The public key of a private one (1 to q - 1)."""
    point = _combination(curve, private_key, 0, _base(curve))
    assert point is not None
    return point[0].to_bytes(curve.size, "little") + point[1].to_bytes(curve.size, "little")


def _number(curve: Curve, digest: bytes) -> int:
    return int.from_bytes(digest, "little") % curve.q or 1


def _base(curve: Curve) -> Point:
    return curve.x, curve.y, 1


def _combination(curve: Curve, first: int, second: int, other: Point) -> tuple[int, int] | None:
    """first * base + second * other, both multiples in one pass (Shamir's trick); None: the point at infinity."""
    p, a = curve.p, curve.a
    base = _base(curve)
    chosen = (None, base, other, _add(base, other, p, a))
    result: Point = (0, 1, 0)
    for bit in range(max(first.bit_length(), second.bit_length()) - 1, -1, -1):
        result = _double(result, p, a)
        addend = chosen[(first >> bit & 1) | (second >> bit & 1) << 1]
        if addend is not None:
            result = _add(result, addend, p, a)
    if not result[2]:
        return None
    inverse = pow(result[2], -1, p)
    square = inverse * inverse % p
    return result[0] * square % p, result[1] * square * inverse % p


def _double(point: Point, p: int, a: int) -> Point:
    x, y, z = point
    if not y or not z:
        return 0, 1, 0
    yy = y * y % p
    s = 4 * x * yy % p
    zz = z * z % p
    m = (3 * x * x + a * zz * zz) % p
    doubled = (m * m - 2 * s) % p
    return doubled, (m * (s - doubled) - 8 * yy * yy) % p, 2 * y * z % p


def _add(one: Point, other: Point, p: int, a: int) -> Point:
    if not one[2]:
        return other
    if not other[2]:
        return one
    x1, y1, z1 = one
    x2, y2, z2 = other
    zz1, zz2 = z1 * z1 % p, z2 * z2 % p
    u1, u2 = x1 * zz2 % p, x2 * zz1 % p
    s1, s2 = y1 * z2 * zz2 % p, y2 * z1 * zz1 % p
    if u1 == u2:
        return _double(one, p, a) if s1 == s2 else (0, 1, 0)
    h, r = (u2 - u1) % p, (s2 - s1) % p
    hh = h * h % p
    hhh = h * hh % p
    v = u1 * hh % p
    x3 = (r * r - hhh - 2 * v) % p
    return x3, (r * (v - x3) - s1 * hhh) % p, h * z1 * z2 % p
