"""Tax numbers of invented firms, all in one obvious block: 20999…."""

WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)


def ruc(serial: int) -> str:
    body = f"20999{serial:05d}"
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, body, strict=True))
    return body + str((11 - total % 11) % 10)
