"""Signatures over the content of a message: HMAC with SM3, the key shared with the other side.

The published interface names SM2 and SM3.  With a shared key a message proves where it comes from to the other side;
it is no evidence against it before a third party, which SM2 certificates of an authority would be.
"""

import json
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, hmac

SIGN_TYPE = "SM3"
UNSIGNED = ("cainfo", "signtype")


def content_of(message: Mapping[str, Any], without: tuple[str, ...] = UNSIGNED) -> bytes:
    """The message in one way of writing: keys in order, no spaces.  Two that say the same are the same bytes."""
    kept = {key: value for key, value in message.items() if key not in without}
    return json.dumps(kept, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def signature(message: Mapping[str, Any], key: bytes) -> str:
    """64 hexadecimal digits."""
    return _mac(message, key).finalize().hex()


def signed(message: Mapping[str, Any], key: bytes) -> dict[str, Any]:
    return {**message, "signtype": SIGN_TYPE, "cainfo": signature(message, key)}


def is_signed(message: Mapping[str, Any], key: bytes) -> bool:
    """Compared in constant time; what is no signature at all is none."""
    claimed = message.get("cainfo")
    if message.get("signtype") != SIGN_TYPE or not isinstance(claimed, str):
        return False
    try:
        _mac(message, key).verify(bytes.fromhex(claimed))
    except (InvalidSignature, ValueError):
        return False
    return True


def digest(message: Mapping[str, Any], without: tuple[str, ...]) -> str:
    """SM3 of what a message says, 64 hexadecimal digits: to know the same message again."""
    hashing = hashes.Hash(hashes.SM3())
    hashing.update(content_of(message, without))
    return hashing.finalize().hex()


def _mac(message: Mapping[str, Any], key: bytes) -> hmac.HMAC:
    mac = hmac.HMAC(key, hashes.SM3())
    mac.update(content_of(message))
    return mac
