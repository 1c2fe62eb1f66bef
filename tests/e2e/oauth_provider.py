"""A provider of mail accounts: gives codes, tokens for codes, new tokens for refresh tokens, and judges tokens."""

import base64
import hashlib
import json
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from tests.e2e.waiting import HOST

CLIENT_ID, CLIENT_SECRET = "vaste", "client-canary-0815"


class MailProvider:
    """As strict as RFC 6749 and 7636 want it: codes and refresh tokens serve once."""

    def __init__(self, port: int = 0) -> None:
        self.codes: dict[str, dict[str, str]] = {}
        self.refresh_tokens: dict[str, str] = {}
        self.access_tokens: dict[str, str] = {}
        self.asked: list[dict[str, str]] = []
        self.lifetime = 3600
        self.fails_with = 0
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                form = dict(parse_qsl(self.rfile.read(length).decode()))
                status, answer = provider.answer(self.path, form)
                body = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: Any) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer((HOST, port), Handler)
        self._server.daemon_threads = True
        self.url = f"http://{HOST}:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def settings(self, **more: str) -> dict[str, str]:
        """What the installation has to know of it."""
        return {
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
            "authorize_url": f"{self.url}/authorize",
            "token_url": f"{self.url}/token",
            "imap_host": HOST,
            "pop3_host": HOST,
        } | more

    def consent(self, query: dict[str, str], username: str) -> str:
        """The code that a browser brings back after somebody has signed in as `username`."""
        code = secrets.token_urlsafe(8)
        self.codes[code] = {"challenge": query["code_challenge"], "redirect": query["redirect_uri"], "user": username}
        return code

    def give(self, username: str) -> tuple[str, str]:
        """(access token, refresh token)."""
        access, refresh = f"access-canary-{secrets.token_hex(6)}", f"refresh-canary-{secrets.token_hex(6)}"
        self.access_tokens[access], self.refresh_tokens[refresh] = username, username
        return access, refresh

    def forget(self) -> None:
        """As when the password was changed."""
        self.refresh_tokens.clear()
        self.access_tokens.clear()

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        if path == "/introspect":
            user = self.access_tokens.get(form.get("token", ""))
            return 200, {"active": user is not None, "username": user or ""}
        self.asked.append(form)
        if self.fails_with:
            return self.fails_with, {}
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return 401, {"error": "invalid_client"}
        user = self._of_code(form) if form["grant_type"] == "authorization_code" else self._of_refresh(form)
        if user is None:
            return 400, {"error": "invalid_grant", "error_description": "The grant is not good any more."}
        access, refresh = self.give(user)
        return 200, {"access_token": access, "refresh_token": refresh, "expires_in": self.lifetime}

    def _of_code(self, form: dict[str, str]) -> str | None:
        known = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if known is None or known["challenge"] != challenge or known["redirect"] != form.get("redirect_uri"):
            return None
        return known["user"]

    def _of_refresh(self, form: dict[str, str]) -> str | None:
        return self.refresh_tokens.pop(form.get("refresh_token", ""), None)
