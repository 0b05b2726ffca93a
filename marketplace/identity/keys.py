"""The keys of identity numbers and of the secrets of authenticators: a file beside the database and never in it, so that neither
a copy of the database nor a backup tells one of them.

One key encrypts (AES-256-GCM), earlier ones still decrypt what no rotation has reached; another one makes the digests by which
a number is known again. That one is not rotated: a number must not belong to two accounts while a rotation runs.
"""

import base64
import fcntl
import hmac
import json
import os
import secrets
from dataclasses import dataclass, replace
from enum import Enum
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from marketplace.kernel.errors import Conflict
from marketplace.kernel.messages import N_
from marketplace.settings import create_once

MISSING = N_(
    "The key for identity numbers is missing on this server, so none can be taken in, compared or shown. Nothing is lost: "
    "whoever runs the service puts back the copy of the file identity_keys.json."
)
_NONCE_BYTES = 12


class Kind(Enum):
    """What is encrypted."""

    NUMBER = "identity"
    AUTHENTICATOR = "authenticator"


@dataclass(frozen=True)
class Keyring:
    """The keys as they lie in the file, each 32 bytes in hexadecimal; `current` encrypts."""

    current: str
    keys: dict[str, str]
    digests: str

    def seal(self, content: str, user_id: int, kind: Kind = Kind.NUMBER) -> str:
        """The content encrypted for this person and as what it is: moved into another row it cannot be read."""
        nonce = os.urandom(_NONCE_BYTES)
        secret = AESGCM(bytes.fromhex(self.keys[self.current])).encrypt(nonce, content.encode(), _whose(kind, user_id))
        return base64.b64encode(nonce + secret).decode()

    def unseal(self, sealed: str, key_id: str, user_id: int, kind: Kind = Kind.NUMBER) -> str:
        """What was sealed. Raises Conflict where its key is not in the file, or is another one than it was."""
        content = base64.b64decode(sealed)
        try:
            key = AESGCM(bytes.fromhex(self.keys[key_id]))
            return key.decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], _whose(kind, user_id)).decode()
        except (KeyError, InvalidTag):
            raise Conflict(MISSING) from None

    def digest(self, number: str) -> str:
        """By which the number is known again: without the key nobody can try out all the numbers there are."""
        return hmac.new(bytes.fromhex(self.digests), number.encode(), sha256).hexdigest()

    def with_another(self, key_id: str) -> "Keyring":
        """The same ring with a new key that encrypts from now on."""
        return replace(self, current=key_id, keys={**self.keys, key_id: secrets.token_hex(32)})

    def without(self, key_ids: frozenset[str]) -> "Keyring":
        """The same ring without keys that nothing is encrypted by."""
        return replace(self, keys={name: key for name, key in self.keys.items() if name not in key_ids})


def read(file: Path) -> Keyring:
    """The keys. Raises Conflict, with what to do, where the file is missing or is none; read at each use, so that a rotation is
    heard of by every process."""
    try:
        return Keyring(**json.loads(file.read_text()))
    except (OSError, TypeError, ValueError):
        raise Conflict(MISSING) from None


def create(file: Path, key_id: str) -> None:
    """Make the first keys, with mode 600; of two processes that do at once one's are everybody's."""
    file.parent.mkdir(parents=True, exist_ok=True)
    create_once(file, _text(Keyring(key_id, {key_id: secrets.token_hex(32)}, secrets.token_hex(32))))


def hold(file: Path, *, alone: bool) -> int:
    """Keep others from changing the file, or `alone` from using it to encrypt too, until `release`; waits for whoever holds it.

    The lock is on a file beside it, which stays: the file itself is replaced at each rotation.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    held = os.open(file.with_name(f"{file.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(held, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
    return held


def release(held: int) -> None:
    """Let go of what `hold` gave."""
    os.close(held)


def write(file: Path, ring: Keyring) -> None:
    """Put the ring in place of the file, whole or not at all."""
    draft = file.with_name(f"{file.name}.new")
    draft.unlink(missing_ok=True)
    create_once(draft, _text(ring))
    draft.replace(file)


def _text(ring: Keyring) -> str:
    return json.dumps({"current": ring.current, "keys": ring.keys, "digests": ring.digests})


def _whose(kind: Kind, user_id: int) -> bytes:
    return f"{kind.value}:{user_id}".encode()
