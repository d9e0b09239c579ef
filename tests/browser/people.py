"""People in the Auth emulator."""

import secrets

import httpx

PASSWORD = "one for all of them"


class People:
    """Accounts in the Auth emulator, each with the claims that the platform gives."""

    def __init__(self, host: str, project: str) -> None:
        self._accounts = f"http://{host}/identitytoolkit.googleapis.com/v1/projects/{project}/accounts"

    def add(self, org: str, role: str) -> str:
        """The e-mail address of a new member."""
        uid = f"mem_{secrets.token_hex(8)}"
        account = {"localId": uid, "email": f"{uid}@example.com", "password": PASSWORD}
        claims = {"localId": uid, "customAttributes": f'{{"org": "{org}", "role": "{role}"}}'}
        with httpx.Client(headers={"Authorization": "Bearer owner"}, trust_env=False) as client:
            client.post(self._accounts, json=account).raise_for_status()
            client.post(f"{self._accounts}:update", json=claims).raise_for_status()
        return account["email"]
