"""Every setting with its default and one line that says what it does. Read from `JIANGGUO_…` in the environment."""

import os
import secrets
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

STRIPE = "https://api.stripe.com"
STRIPE_PAGES = "https://checkout.stripe.com"


class Settings(BaseSettings):
    """The configuration of one running instance."""

    model_config = SettingsConfigDict(env_prefix="JIANGGUO_", extra="ignore", ignored_types=(cached_property,))

    data_dir: Path = Field(default=Path("instance"), description="Folder that holds everything the instance writes")
    database_url: str = Field(default="", description="SQLAlchemy URL; empty means SQLite in the data folder")
    public_url: str = Field(
        default="http://127.0.0.1:8000",
        description="Address people reach it at, with its port: links in mail and documents lead there, wherever it listens",
    )
    secure_cookies: bool = Field(
        default=False, description="Send cookies over HTTPS only; set it wherever HTTPS is served"
    )
    trusted_proxies: int = Field(default=0, description="How many reverse proxies stand in front and set X-Forwarded-…")
    worker_in_process: bool = Field(default=True, description="Run the outbox worker as a thread of the web process")
    mail_url: str = Field(
        default="console:", description="console: prints mail; smtp://user:password@host:port?tls=1 sends it"
    )
    mail_from: str = Field(default="匠果 <no-reply@localhost>", description="Sender of every mail")
    rate_limit_storage: str = Field(
        default="memory://", description="Where request rates are counted; redis://… for several machines"
    )
    rate_limit: str = Field(default="600/minute", description="Requests one address may make; empty switches it off")
    upload_limit_mb: int = Field(default=20, description="Largest upload in megabytes")
    region: str = Field(
        default="weifang", description="Region file in organisations/regions that names city and counties"
    )
    union_name: str = Field(default="潍坊市总工会", description="The union that runs the service; stands in the footer")
    icp_number: str = Field(default="", description="ICP record number for the footer")
    police_number: str = Field(default="", description="公安 record number for the footer")
    privacy_version: str = Field(default="2026-11", description="Version of the privacy text people consent to")
    interest_working_days: int = Field(default=15, description="Working days after which an unanswered interest lapses")
    owner_working_days: int = Field(
        default=15, description="Working days after which a silent owner unit hands over to the official"
    )
    listing_fresh_days: int = Field(default=180, description="Days without a heartbeat after which a listing is stale")
    reward_objection_days: int = Field(
        default=15, description="Days for which the split of a reward is published before the unit may approve it"
    )
    offer_days: int = Field(default=14, description="Days an offer stays open when its sender names none")
    reminder_days: int = Field(
        default=3, description="Days after a reminder before an official can send another one of the same matter"
    )
    signing_reminder_days: tuple[int, ...] = Field(
        default=(7, 2),
        description="Days before the last day for signing on which whoever has to sign is reminded, as a list: [7, 2]",
    )
    preemption_days: int = Field(
        default=15,
        description="Days those who made a service result have to say that they buy it first, before it is assigned to others",
    )
    confidentiality_working_days: int = Field(
        default=15, description="Working days after which a confidentiality agreement that nobody signs lapses"
    )
    confidentiality_years: int = Field(
        default=5, ge=1, le=30, description="Years for which the duties of a confidentiality agreement last"
    )
    duplicate_amount_percent: int = Field(
        default=5, ge=0, le=100, description="Per cent two amounts may differ by and still be of one contract"
    )
    duplicate_days: int = Field(
        default=60,
        ge=0,
        description="Days two records of one contract may lie apart to be shown as suspected duplicates",
    )
    duplicate_title_percent: int = Field(
        default=40,
        ge=0,
        le=100,
        description="Per cent two titles must have in common to be of one contract, where the result is not the same",
    )
    sign_in_attempts: int = Field(
        default=10, description="Failed sign-ins per contact in fifteen minutes before it waits"
    )
    anchor_mail: str = Field(
        default="",
        description="Address that gets the end of the audit log every day: of somebody who does not run the service",
    )
    authority_passphrase: SecretStr = Field(
        default=SecretStr(""),
        description="Opens the key of the certificate authority; empty takes the secret key of the data folder",
    )
    timestamp_url: str = Field(
        default="",
        description="Address of a time-stamp authority (RFC 3161), whose stamp is put on signatures in PDFs and on the daily end "
        "of the audit log. It learns hashes alone",
    )
    timestamp_root: Path = Field(
        default=Path("timestamp_root.pem"),
        description="File with the roots (PEM) of time-stamp authorities, of earlier ones too; a relative path is in the data "
        "folder",
    )
    stripe_secret_key: SecretStr = Field(
        default=SecretStr(""),
        description="Stripe's secret key (sk_… or rk_…); without it and the next one nobody pays online. A test key serves on "
        "a loopback address alone",
    )
    stripe_webhook_secrets: SecretStr = Field(
        default=SecretStr(""),
        description="Signing secret of the endpoint at Stripe (whsec_…); two with a comma while it is replaced",
    )
    stripe_api_base: str = Field(default=STRIPE, description="Address of Stripe's API; another one is for tests")
    wall_refresh_seconds: int = Field(
        default=60, ge=5, description="Seconds after which the wall screen asks for newer figures"
    )
    wall_hides_small_parts: bool = Field(
        default=False,
        description="Leave out what rests on fewer than three deals on the wall screen; set it where the public passes by",
    )
    session_days: int = Field(default=30, description="Days after which a sign-in ends")

    @field_validator("data_dir")
    @classmethod
    def _from_the_root(cls, folder: Path) -> Path:
        """Fixed at the start: what sends files would take a relative folder for one inside the package."""
        return folder.absolute()

    @property
    def database(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite:///{self.data_dir / 'jiangguo.sqlite'}"

    @property
    def is_loopback(self) -> bool:
        """Whether people can reach it only from the machine itself."""
        host = urlsplit(self.public_url).hostname or ""
        try:
            return ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"

    @property
    def takes_online_payments(self) -> bool:
        """Whether both keys of Stripe are there; with a test key, whose payments move no money, only where nobody else comes."""
        key, secrets_of_hooks = (
            one.get_secret_value() for one in (self.stripe_secret_key, self.stripe_webhook_secrets)
        )
        return bool(key and secrets_of_hooks) and (self.is_loopback or "_live_" in key)

    @property
    def payment_pages(self) -> str:
        """Where the payment pages are to which a form may lead; empty while nobody pays online."""
        if not self.takes_online_payments:
            return ""
        return STRIPE_PAGES if self.stripe_api_base == STRIPE else self.stripe_api_base

    @property
    def index_dir(self) -> Path:
        """Folder of the full-text index; may be deleted at any time."""
        return self.data_dir / "index"

    @property
    def figures_dir(self) -> Path:
        """Folder of the rows of figures as columns; may be deleted at any time."""
        return self.data_dir / "figures"

    @property
    def files_dir(self) -> Path:
        """Folder of uploads, named by the hash of their content."""
        return self.data_dir / "files"

    @property
    def timestamp_root_file(self) -> Path:
        """The roots of time-stamp authorities."""
        return self.data_dir / self.timestamp_root

    @property
    def anchors_file(self) -> Path:
        """Where the audit log ended, a line for every day."""
        return self.data_dir / "anchors.jsonl"

    @property
    def authority_file(self) -> Path:
        """Root certificate and encrypted key of the certificate authority."""
        return self.data_dir / "authority.pem"

    @property
    def identity_keys_file(self) -> Path:
        """Keys of identity numbers and of authenticators' secrets; in no backup, so keep a copy apart from those."""
        return self.data_dir / "identity_keys.json"

    @property
    def upload_limit(self) -> int:
        """Largest upload in bytes."""
        return self.upload_limit_mb * 1024 * 1024

    @cached_property
    def secret_key(self) -> str:
        """The key that signs cookies: made at the first start, kept in `secret_key` with mode 600."""
        path = self.data_dir / "secret_key"
        if not path.exists():
            self.data_dir.mkdir(parents=True, exist_ok=True)
            create_once(path, secrets.token_hex(32))
        return path.read_text()


def create_once(path: Path, text: str) -> None:
    """Write the file whole and private, or leave the one that another process was first to write."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass  # Two processes started at once; the first one's key is everybody's.
    finally:
        draft.unlink()
