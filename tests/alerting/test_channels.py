"""Messages over real connections on this machine: what arrives, and what is said of what does not."""

from __future__ import annotations

import io
import logging
import socket
import time
from typing import TYPE_CHECKING

import pytest

from alerting.made_up_nights import Hook, MailServer
from pipelines.alerting import channels
from pipelines.alerting.channels import KEY_HEADER, find_fault, send
from pipelines.alerting.wording import Composed

if TYPE_CHECKING:
    from email.message import EmailMessage

MESSAGE = Composed("Kết nạp 02/11/2026: đã công bố", "Đêm 02/11/2026\n", "<h1>Đêm 02/11/2026</h1>")


def read_part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    content: str = part.get_content()
    return content


def test_a_mail_has_text_and_html_and_an_identifier_that_stays(mail: MailServer) -> None:
    for _ in range(2):
        assert send(mail.url(), MESSAGE, key="digest-1", has_html=None) is None
    first, second = mail.mails

    assert first["Subject"] == MESSAGE.subject
    assert first["To"] == "lan@example.org"
    assert read_part(first, "plain").strip() == MESSAGE.text.strip()
    assert read_part(first, "html").strip() == MESSAGE.html
    assert first["Message-ID"] == second["Message-ID"] == "<digest-1@example.org>"
    assert first[KEY_HEADER] == "digest-1"


def test_a_mail_without_html_is_text_alone(mail: MailServer) -> None:
    assert send(mail.url(), MESSAGE, key="k", has_html=False) is None
    assert mail.mails[0].get_content_type() == "text/plain"


def test_a_webhook_has_the_key_in_its_json(hook: Hook) -> None:
    assert send(hook.url, MESSAGE, key="digest-1", has_html=None) is None
    ((headers, content),) = hook.requests

    assert (content["title"], content["message"].strip()) == (MESSAGE.subject, MESSAGE.text.strip())
    assert content["key"] == headers[KEY_HEADER] == "digest-1"


@pytest.mark.parametrize("sign", ["\r\n", "\n", "\r", "\u2028", "\x00"])
def test_a_subject_cannot_add_a_header(mail: MailServer, sign: str) -> None:
    forged = MESSAGE._replace(subject=f"Kết nạp{sign}Bcc: eve@example.org{sign}{sign}body")
    send(mail.url(), forged, key="k", has_html=None)

    # either nothing is sent, or one header with all of it
    assert [message["Bcc"] for message in mail.mails] in ([], [None])
    assert all("eve@example.org" in message["Subject"] for message in mail.mails)


@pytest.mark.parametrize("status", [500, 503, 429, 404])
def test_a_server_that_refuses_is_told_by_its_status(hook: Hook, status: int) -> None:
    hook.status = status

    assert send(hook.url, MESSAGE, key="k", has_html=None) == f"http_{status}"


def test_a_mail_server_that_refuses_a_mail_has_not_taken_it(mail: MailServer) -> None:
    mail.answer = "451 try again later"

    assert send(mail.url(), MESSAGE, key="k", has_html=None) == "not_accepted"


def test_nobody_listens_there(mailbox: MailServer) -> None:
    assert send(mailbox.url(), MESSAGE, key="k", has_html=None) == "unreachable"
    assert send(f"json://127.0.0.1:{mailbox.port}/", MESSAGE, key="k", has_html=None) == "not_accepted"


def test_a_server_that_does_not_answer_is_left(hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "DEADLINE", 0.5)
    hook.hangs = True
    started = time.monotonic()

    assert send(hook.url, MESSAGE, key="k", has_html=None) == "timed_out"
    # it would have answered after half a minute
    assert time.monotonic() - started < 15


def test_a_mail_server_that_says_nothing_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "DEADLINE", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = MailServer(silent.getsockname()[1]).url()

        assert send(url, MESSAGE, key="k", has_html=None) == "timed_out"


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        (None, "not_configured"),
        ("nonsense", "bad_url"),
        ("mailto://", "bad_url"),
        ("mailto://127.0.0.1/?from=a@example.org&to=b@example.org,c@example.org", "several_addressees"),
        ("mailto://127.0.0.1/?from=a@example.org&to=b@example.org&bcc=c@example.org", "several_addressees"),
        ("mailto://127.0.0.1/?from=a@example.org&to=b@example.org&retry=3", None),
        ("json://127.0.0.1/", None),
    ],
)
def test_an_address_that_cannot_be_used_is_known_before(url: str | None, fault: str | None) -> None:
    assert find_fault(url) == fault
    assert fault is None or send(url, MESSAGE, key="k", has_html=None) == fault


def test_a_password_is_said_nowhere(hook: Hook, mailbox: MailServer, capfd: pytest.CaptureFixture[str]) -> None:
    hook.status = 503
    heard = io.StringIO()
    root, handler = logging.getLogger(), logging.StreamHandler(heard)
    former = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        logging.getLogger("test").debug("everything is heard")
        told = [
            send(f"json://ketnap:s3cret@127.0.0.1:{hook.port}/s3cret", MESSAGE, key="k", has_html=None),
            send(mailbox.url(password="s3cret"), MESSAGE, key="k", has_html=None),
            send("mailto://ketnap:s3cret@:1", MESSAGE, key="k", has_html=None),
        ]
    finally:
        root.removeHandler(handler)
        root.setLevel(former)

    assert all(told)
    assert "everything is heard" in heard.getvalue()
    assert "s3cret" not in "".join([*map(str, told), heard.getvalue(), *capfd.readouterr()])
