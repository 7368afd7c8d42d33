"""What every contender is given alike: so many buyers and vendors, and two substances each."""

from dataclasses import dataclass

PRODUCTS = ("acetone", "benzene")
LIMIT_KG = "100000000"
KG = "100.000"  # of each request, and of its sale


@dataclass(frozen=True)
class Size:
    buyers: int = 400
    vendors: int = 40
    products: int = len(PRODUCTS)


@dataclass(frozen=True)
class Act:
    """Who buys what from whom, by number, and with which fresh key."""

    number: int
    buyer: int
    vendor: int
    product: int


def acts(size: Size, first: int, count: int) -> list[Act]:
    """The next purchases: every buyer in turn, spread over the vendors and the substances."""
    return [_act(size, number) for number in range(first, first + count)]


def _act(size: Size, number: int) -> Act:
    turn = number // size.buyers
    buyer = number % size.buyers
    return Act(number, buyer, (buyer + turn * 7) % size.vendors, turn % size.products)
