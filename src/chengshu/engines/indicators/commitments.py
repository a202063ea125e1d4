"""One digest over all records that can be checked by whoever may see only some of them.

Every record is committed to by itself: SM3 over a secret of its own, its key and its contribution. The digest is over
the commitments in their order. Who may see a record is given its secret, key and contribution and computes the
commitment again; of every other record only the commitment is given, from which nothing can be guessed, not even by
trying all keys, because the secret is 256 bits that nobody outside knows.
"""

from __future__ import annotations

from collections.abc import Iterable
from secrets import token_hex

from cryptography.hazmat.primitives import hashes, hmac

from chengshu.foundation.audit.canonical import sm3


def new_blinding() -> str:
    """The secret of an observation, from which the secret of each record follows."""
    return token_hex(32)


def secret_of(blinding: str, key: str) -> str:
    """The secret of one record."""
    code = hmac.HMAC(bytes.fromhex(blinding), hashes.SM3())
    code.update(key.encode())
    return code.finalize().hex()


def commitment(secret: str, line: str) -> str:
    """What stands for a record: SM3 over its secret, a tab and its line of the roll."""
    return sm3(f"{secret}\t{line}".encode())


def commitments_of(blinding: str, roll: Iterable[str]) -> dict[str, str]:
    """The commitment to each line of a roll, in the order of the commitments, which tells nothing of the records."""
    found = {commitment(secret_of(blinding, line.split("\t", 1)[0]), line): line for line in roll}
    return dict(sorted(found.items()))


def digest_of(commitments: Iterable[str]) -> str:
    """SM3 over all commitments, one a line."""
    return sm3("\n".join(commitments).encode())
