"""The one place that talks to Apprise: a message goes out over a channel, or there is a code that says why not.

What Apprise and servers say is not passed on: an address with its password may stand in it.
"""

from __future__ import annotations

import logging
import re
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr, localtime
from queue import Empty, SimpleQueue
from smtplib import SMTPException, SMTPResponseException
from threading import Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipelines.alerting.wording import Composed

DEADLINE = 60.0
"""Seconds after which a channel that has not answered counts as failed."""

KEY_HEADER = "X-Ketnap-Key"
"""Header of mails and requests by which a message that came twice is known."""


def find_fault(url: str | None) -> str | None:
    """Return why an address cannot be used, as a code; None if it can.

    Args:
        url: An Apprise URL.
    """
    return _open(url)[1]


def send(url: str | None, message: Composed, *, key: str, has_html: bool | None) -> str | None:
    """Send a message, within `DEADLINE`.

    Args:
        url: An Apprise URL with one addressee.
        message: What is sent.
        key: By which a message that came twice is known; a header, an entry of JSON, and in the text.
        has_html: Whether the channel shows HTML; None if mail alone does.

    Returns:
        None if it was accepted; else a code: ``not_configured``, ``bad_url``, ``several_addressees``, ``timed_out``,
        ``unreachable``, ``http_503`` or ``smtp_451`` (any status) or ``not_accepted``.
    """
    plugin, fault = _open(url)
    if plugin is None:
        return fault
    is_mail = bool(plugin.schemas() & {"mailto", "mailtos"})
    is_html = is_mail if has_html is None else has_html
    # a mail that is to be encrypted is written by what encrypts it
    deliver = _send_mail if is_mail and plugin.pgp_mode == "no" else _notify
    answers: SimpleQueue[str | None] = SimpleQueue()

    def answer() -> None:
        try:
            answers.put(deliver(plugin, message, key, is_html=is_html))
        except Exception:  # noqa: BLE001 - whatever a plugin does: the message was not accepted, and is tried again
            answers.put("not_accepted")

    # a server that sends a byte now and then keeps a thread for ever; a daemon does not keep the process
    Thread(target=answer, daemon=True).start()
    try:
        return answers.get(timeout=DEADLINE)
    except Empty:
        return "timed_out"


def _open(url: str | None) -> tuple[Any, str | None]:
    """Return what sends to an address, or why there is nothing."""
    if url is None:
        return None, "not_configured"
    import apprise

    # both log addresses, paths with tokens among them
    logging.getLogger("apprise").propagate = False
    logging.getLogger("urllib3").setLevel(logging.INFO)
    # its own deadline waits for its own thread when the process ends
    asset = apprise.AppriseAsset(app_id="Ketnap", app_desc="Ketnap", storage_mode="memory", service_timeout=0)
    plugin: Any = apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    if plugin is None:
        return None, "bad_url"
    # of several addressees some could have it when others have not, and would have it twice after the next attempt
    others = getattr(plugin, "cc", ()) or getattr(plugin, "bcc", ())
    if len(plugin) > plugin.retry + 1 or others:
        return None, "several_addressees"
    return plugin, None


def _send_mail(plugin: Any, message: Composed, key: str, *, is_html: bool) -> str | None:
    """Send a mail to the server that Apprise found in the address; with our own text, and an identifier that stays."""
    from apprise.plugins.email.smtp import AppriseSMTPController

    ((name, address),) = plugin.targets
    sender_name, sender = plugin.from_addr
    # lines are encoded, so that every server takes them; a header with a line break is refused
    mail = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    mail["Subject"] = message.subject
    mail["From"] = formataddr((sender_name or "", sender))
    mail["To"] = formataddr((name or "", address))
    mail["Date"] = localtime()
    mail["Message-ID"] = f"<{key}@{sender.rpartition('@')[2]}>"
    if plugin.reply_to:
        mail["Reply-To"] = ", ".join(sorted(plugin.reply_to))
    for header, value in {**plugin.headers, KEY_HEADER: key}.items():
        mail[header] = value
    mail.set_content(message.text)
    if is_html:
        mail.add_alternative(message.html, subtype="html")
    server = AppriseSMTPController(
        host=plugin.smtp_host,
        port=plugin.port,
        secure_mode=plugin.secure_mode,
        user=plugin.user,
        password=plugin.password,
        verify_certificate=plugin.verify_certificate,
    )
    try:
        with server as connection:
            return None if connection.sendmail(sender, [address], mail.as_string()) else "not_accepted"
    except SMTPResponseException as error:
        return f"smtp_{error.smtp_code}"
    except SMTPException:
        return "not_accepted"
    except TimeoutError:
        return "timed_out"
    except OSError:
        return "unreachable"


def _notify(plugin: Any, message: Composed, key: str, *, is_html: bool) -> str | None:
    """Let Apprise send a message."""
    import apprise
    from apprise.common import NotifyFormat, OverflowMode

    # what is too long for a channel comes in several pieces
    plugin.overflow_mode = OverflowMode.SPLIT
    if isinstance(getattr(plugin, "headers", None), dict):
        plugin.headers[KEY_HEADER] = key
    if isinstance(getattr(plugin, "payload_extras", None), dict):
        plugin.payload_extras["key"] = key
    channel = apprise.Apprise(asset=plugin.asset)
    channel.add(plugin)
    result = channel.notify(
        title=message.subject,
        body=message.html if is_html else message.text,
        body_format=NotifyFormat.HTML if is_html else NotifyFormat.TEXT,
    )
    if result:
        return None
    status = re.search(r"\berror=(\d{3})\b", " ".join(str(entry) for entry in result.logs()))
    return f"http_{status[1]}" if status else "not_accepted"
