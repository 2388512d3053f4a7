"""Exact decimal texts. A price never becomes a binary float here: a float of the source is read by its shortest text."""

from decimal import ROUND_HALF_EVEN, Context, Decimal

MILLION = Decimal(1_000_000)
TIDY = Context(prec=12, rounding=ROUND_HALF_EVEN)


def tidied(value: float | int | str | Decimal) -> Decimal:
    """A price as it was meant: 2.9999999999999997e-06 is 0.000003."""
    return TIDY.create_decimal(repr(value) if isinstance(value, float) else str(value))


def plain(value: Decimal, digits: int = 18) -> str:
    """The decimal without an exponent and without zeros at the end, with at most so many digits after the point."""
    if -value.as_tuple().exponent > digits:
        value = value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_EVEN)
    text = format(value.normalize(), "f")
    return "0" if text in ("0", "-0") else text


def million_price(value: Decimal) -> str:
    """A price per million tokens: at most 12 digits, so that it times any count is exact."""
    return plain(value, 12)


def per_million(value: float | int | str) -> str:
    """Dollars per token as dollars per million tokens."""
    return million_price(tidied(value) * MILLION)


def is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
