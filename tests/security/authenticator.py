"""A security key made of software: answers a page's request as a browser would.

What it may be told to do wrong, real ones never do.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Key:
    origin: str
    rp_id: str = "localhost"
    verifies: bool = True
    handle: str = ""
    count: int = 0
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    private: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def register(self, options: dict[str, Any]) -> str:
        """Make a passkey as `options` ask; the answer as the page sends it."""
        asked = options["publicKey"]
        self.handle = asked["user"]["id"]
        public = ES256.from_cryptography_key(self.private.public_key())
        credential = AttestedCredentialData.create(b"\0" * 16, self.id, public)
        data = self._data(ATTESTED, credential)
        attested = AttestationObject.create("none", data, {})
        return self._answer(
            clientDataJSON=self._client("webauthn.create", asked["challenge"]),
            attestationObject=bytes(attested),
        )

    def confirm(self, options: dict[str, Any], *, handle: str | None = None) -> str:
        """Sign a challenge."""
        client = self._client("webauthn.get", options["publicKey"]["challenge"])
        data = self._data(0, b"")
        signed = bytes(data) + hashlib.sha256(client).digest()
        return self._answer(
            clientDataJSON=client,
            authenticatorData=bytes(data),
            signature=self.private.sign(signed, ec.ECDSA(SHA256())),
            userHandle=handle or self.handle,
        )

    def _data(self, flags: int, credential: bytes) -> AuthenticatorData:
        self.count += 1
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        hashed = hashlib.sha256(self.rp_id.encode()).digest()
        return AuthenticatorData.create(hashed, flags, self.count, credential)

    def _client(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _answer(self, **parts: Any) -> str:
        written = {k: websafe_encode(v) if isinstance(v, bytes) else v for k, v in parts.items()}
        own = websafe_encode(self.id)
        said = {"credProps": {"rk": True}}
        return json.dumps(
            {
                "id": own,
                "rawId": own,
                "type": "public-key",
                "response": written,
                "clientExtensionResults": said,
            }
        )
