"""Passkeys (WebAuthn): what a browser is asked, and whether its answer is right.

What checks them is large. It is loaded by the first who uses one, with this file: import it where it is needed.
"""

from collections.abc import Iterable
from typing import Any

from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from satark.panel.sites import Made, Site

NAME = "Satark"
VERIFIED = UserVerificationRequirement.REQUIRED


def to_make(site: Site, challenge: bytes, officer: Any, known: Iterable[str]) -> str:
    """What `navigator.credentials.create` is given, as JSON. `known` are the ids of the passkeys they have."""
    wanted = AuthenticatorSelectionCriteria(
        resident_key=ResidentKeyRequirement.PREFERRED, user_verification=VERIFIED, require_resident_key=False
    )
    options = generate_registration_options(
        rp_id=site.host,
        rp_name=NAME,
        user_name=officer.login,
        user_id=officer.id.encode(),
        user_display_name=officer.name,
        challenge=challenge,
        authenticator_selection=wanted,
        exclude_credentials=_descriptors(known),
    )
    return options_to_json(options)


def to_use(site: Site, challenge: bytes, known: Iterable[str]) -> str:
    """What `navigator.credentials.get` is given, as JSON."""
    return options_to_json(
        generate_authentication_options(
            rp_id=site.host,
            challenge=challenge,
            allow_credentials=_descriptors(known),
            user_verification=VERIFIED,
        )
    )


def _descriptors(known: Iterable[str]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one)) for one in known]


def made(site: Site, challenge: bytes, answer: str) -> Made | None:
    """The passkey that a browser made at this challenge, None where the answer is not right."""
    try:
        found = verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except Exception:  # noqa: BLE001 - a stranger's bytes: whatever they break, they are not right
        return None
    return Made(bytes_to_base64url(found.credential_id), found.credential_public_key, found.sign_count)


def id_in(answer: str, officer_id: str) -> str:
    """The id of the passkey that an answer is of, "" where it is none or says that it is another's."""
    try:
        found = parse_authentication_credential_json(answer)
    except Exception:  # noqa: BLE001 - as above
        return ""
    return found.id if found.response.user_handle in (None, b"", officer_id.encode()) else ""


def used(site: Site, challenge: bytes, answer: str, public: bytes, counter: int) -> int | None:
    """How often the passkey has signed now; None where the answer is not right. A counter that does not grow is that of
    a copy."""
    try:
        return verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=public,
            credential_current_sign_count=counter,
            require_user_verification=True,
        ).new_sign_count
    except Exception:  # noqa: BLE001 - as above
        return None
