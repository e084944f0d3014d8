"""How numbers are printed in Russian. Pure."""

from decimal import Decimal

SPACE, MINUS = "\u00a0", "\u2212"
"""Groups of three digits stand apart but never on two lines; a minus is as wide as a plus."""


def number(value: Decimal | int, decimals: int | None = None) -> str:
    """1234567.5 -> «1 234 567,5»; rounded half away from zero to `decimals`, or exact and without trailing zeros."""
    exact = Decimal(value)
    if decimals is not None:
        exact = _rounded(exact, decimals)
    whole, _, fraction = f"{exact.copy_abs():f}".partition(".")
    if decimals is None:
        fraction = fraction.rstrip("0")
    text = f"{int(whole):,}".replace(",", SPACE) + (f",{fraction}" if fraction else "")
    return MINUS + text if exact < 0 else text


def _rounded(value: Decimal, decimals: int) -> Decimal:
    """As accountants round, whatever the length of the number (`quantize` is bound to the context's precision)."""
    scale = 10**decimals
    numerator, denominator = value.copy_abs().as_integer_ratio()
    units = (2 * numerator * scale + denominator) // (2 * denominator)
    return Decimal(f"{'-' if value < 0 and units else ''}{units}e-{decimals}")
