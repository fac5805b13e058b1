"""A passkey as a browser would show it, made by hand: whatever it says can be made wrong."""

import json
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_bytes

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import bytes_to_base64url

PRESENT, VERIFIED, NEW = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One credential on the P-256 curve. `flags` are those of the authenticator's data, `counter` how often it signed."""

    host: str = "localhost"
    origin: str = "http://localhost:8000"
    flags: int = PRESENT | VERIFIED
    counter: int = 0
    id: bytes = field(default_factory=lambda: token_bytes(16))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def name(self) -> str:
        return bytes_to_base64url(self.id)

    def make(self, challenge: bytes) -> str:
        """The answer of `navigator.credentials.create`, with no attestation."""
        credential = bytes(16) + len(self.id).to_bytes(2) + self.id + self._public()
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": self._data(NEW) + credential})
        client = self._client("webauthn.create", challenge)
        return self._answer(clientDataJSON=client, attestationObject=attested)

    def use(self, challenge: bytes, user: bytes | None = None) -> str:
        """The answer of `navigator.credentials.get`."""
        self.counter += 1
        data, client = self._data(0), self._client("webauthn.get", challenge)
        signature = self.key.sign(data + sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        parts = {"clientDataJSON": client, "authenticatorData": data, "signature": signature}
        return self._answer(**parts, **({"userHandle": user} if user else {}))

    def _public(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)})

    def _data(self, more: int) -> bytes:
        return sha256(self.host.encode()).digest() + bytes([self.flags | more]) + self.counter.to_bytes(4)

    def _client(self, kind: str, challenge: bytes) -> bytes:
        told = {"type": kind, "challenge": bytes_to_base64url(challenge), "origin": self.origin, "crossOrigin": False}
        return json.dumps(told).encode()

    def _answer(self, **parts: bytes) -> str:
        response = {name: bytes_to_base64url(part) for name, part in parts.items()}
        return json.dumps({"id": self.name, "rawId": self.name, "type": "public-key", "response": response})
