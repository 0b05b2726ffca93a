"""The composition root: settings in, a Flask app out. The only module that knows every feature."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from flask_babel import get_locale
from flask_bootstrap import Bootstrap5
from flask_limiter import Limit, Limiter
from flask_limiter.util import get_remote_address
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from marketplace import __version__, wiring
from marketplace.accounts import views as account_views
from marketplace.accounts.sign_ins import user_of
from marketplace.admin import clause_views
from marketplace.admin import views as admin_views
from marketplace.alerts import views as alert_views
from marketplace.api import views as api
from marketplace.audit import service as audit
from marketplace.bases import views as base_views
from marketplace.benefits import views as benefit_views
from marketplace.checking import views as checking_views
from marketplace.cli import register_commands
from marketplace.confidentiality import views as confidentiality_views
from marketplace.deals import views as deal_views
from marketplace.duplicates import views as duplicate_views
from marketplace.evidence import views as evidence_views
from marketplace.home import views as home_views
from marketplace.identity import views as identity_views
from marketplace.infra import mail, stripe_processor, timestamps
from marketplace.infra.authority import Authority
from marketplace.infra.database import make_engine
from marketplace.infra.files import FileStore
from marketplace.infra.unit_of_work import Services, UnitOfWorkFactory
from marketplace.infra.worker import Worker
from marketplace.kernel.clock import Clock, SystemClock
from marketplace.kernel.permissions import Actor
from marketplace.listings import views as import_views
from marketplace.listings.catalogue import open_catalogues
from marketplace.matching import views as match_views
from marketplace.matching.meanings import open_meanings
from marketplace.needs import views as need_views
from marketplace.notifications import views as notification_views
from marketplace.notifications.queries import unread
from marketplace.offline import views as offline_views
from marketplace.online import views as online_views
from marketplace.organisations import views as organisation_views
from marketplace.organisations.actors import actor_of
from marketplace.organisations.regions import load_region
from marketplace.registrations import views as registration_views
from marketplace.results import views as result_views
from marketplace.rewards import views as reward_views
from marketplace.settings import Settings
from marketplace.statistics import views as statistics_views
from marketplace.targets import views as target_views
from marketplace.web import access, arguments, errors, formats, headers, health, links, locale, login, regions, wording
from marketplace.web.context import EXTENSION, Runtime, current_actor, reading, runtime

ROOT = Path(__file__).parent
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
BLUEPRINTS = (
    home_views.blueprint,
    account_views.blueprint,
    organisation_views.blueprint,
    identity_views.blueprint,
    base_views.blueprint,
    result_views.blueprint,
    need_views.blueprint,
    import_views.blueprint,
    match_views.blueprint,
    deal_views.blueprint,
    online_views.blueprint,
    registration_views.blueprint,
    offline_views.blueprint,
    duplicate_views.blueprint,
    reward_views.blueprint,
    benefit_views.blueprint,
    confidentiality_views.blueprint,
    checking_views.blueprint,
    evidence_views.blueprint,
    notification_views.blueprint,
    alert_views.blueprint,
    statistics_views.blueprint,
    target_views.blueprint,
    admin_views.blueprint,
    clause_views.blueprint,
    api.blueprint,
    health.blueprint,
)


@dataclass(frozen=True)
class Site:
    """What every page's frame says about the service."""

    city: str
    settings: Settings
    version: str

    @property
    def union_name(self) -> str:
        """The union that runs it."""
        return self.settings.union_name

    @property
    def icp_number(self) -> str:
        """ICP record number, or empty."""
        return self.settings.icp_number

    @property
    def police_number(self) -> str:
        """公安 record number, or empty."""
        return self.settings.police_number


def create_app(settings: Settings | None = None, clock: Clock | None = None) -> Flask:
    """Build the app. Raises RuntimeError when a route does not say who may call it."""
    logging.basicConfig(format=LOG_FORMAT)  # To standard error, unless whoever runs the app has set logging up already.
    settings = settings or Settings()
    app = build_site(settings)
    app.extensions[EXTENSION] = build_runtime(settings, clock or SystemClock())
    return app


def build_site(settings: Settings) -> Flask:
    """The pages and commands alone; whoever serves them hangs a runtime on the app, and each request finds it there."""
    app = Flask("marketplace", template_folder=str(ROOT.parent / "templates"), static_folder=str(ROOT / "static"))
    app.config.update(_flask_config(settings))
    _init_web(app, settings)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    register_commands(app)
    access.check_every_route(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def build_runtime(settings: Settings, clock: Clock) -> Runtime:
    """Everything below the web: database, files, mail, indexes, worker."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    files, meanings = FileStore(settings.files_dir), open_meanings(settings)
    authority = Authority(
        settings.authority_file, settings.authority_passphrase.get_secret_value() or settings.secret_key
    )
    services = Services(
        settings,
        files,
        mail.build(settings),
        open_catalogues(settings),
        meanings,
        authority,
        processor=stripe_processor.build(settings),
        stamps=timestamps.build(settings),
    )
    factory = UnitOfWorkFactory(make_engine(settings.database), clock, services, audit.record, wiring.SUBSCRIBERS)
    worker = Worker(factory, wiring.HANDLERS, wiring.SCHEDULE, wiring.BATCH_SIZES)
    return Runtime(settings, factory, worker)


def _flask_config(settings: Settings) -> Mapping[str, Any]:
    cookie = {"HTTPONLY": True, "SAMESITE": "Lax", "SECURE": settings.secure_cookies}
    return {
        "SECRET_KEY": settings.secret_key,
        "MAX_CONTENT_LENGTH": settings.upload_limit + 1024 * 1024,  # The form around a file of the largest size.
        "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
        "MAX_FORM_PARTS": 2000,
        "PERMANENT_SESSION_LIFETIME": timedelta(days=settings.session_days),
        "WTF_CSRF_TIME_LIMIT": None,  # The token lives as long as the session: a form may be filled in over a day.
        "WTF_CSRF_SSL_STRICT": settings.secure_cookies,
        "BOOTSTRAP_SERVE_LOCAL": True,
        "RATELIMIT_STORAGE_URI": settings.rate_limit_storage,
        "RATELIMIT_HEADERS_ENABLED": True,
        **{f"SESSION_COOKIE_{name}": value for name, value in cookie.items()},
        **{f"REMEMBER_COOKIE_{name}": value for name, value in cookie.items()},
    }


def _init_web(app: Flask, settings: Settings) -> None:
    locale.init_locale(app, str(ROOT / "translations"))
    links.init_links(app)
    login.init_login(app, _load_actor)
    unprotected = CSRFProtect(app)
    unprotected.exempt(alert_views.one_click)
    unprotected.exempt(online_views.webhook)
    Bootstrap5(app)
    limits: list[str | Callable[[], str] | Limit] = [settings.rate_limit] if settings.rate_limit else []
    Limiter(get_remote_address, app=app, default_limits=limits)
    headers.init_headers(app, settings.payment_pages)
    errors.init_errors(app)
    arguments.init_arguments(app)
    formats.register(app)
    _add_template_context(app, settings)


def _load_actor(token: str, ip: str, user_agent: str) -> Actor | None:
    with runtime().factory.reading() as uow:
        user = user_of(uow, token)
        return actor_of(uow.session, user, ip, user_agent) if user else None


def _add_template_context(app: Flask, settings: Settings) -> None:
    region = load_region(settings.region)
    app.extensions[regions.KEY] = region.counties
    app.add_template_filter(regions.county_name, "county")
    app.add_template_filter(wording.phrase)

    @app.context_processor
    def context() -> dict[str, object]:
        site = Site(region.city, settings, __version__)
        return {"actor": current_actor(), "site": site, "locale": str(get_locale()), "unread_count": _unread()}


def _unread() -> int:
    """Lines of the inbox that the person has not opened yet."""
    if not current_actor().is_signed_in:
        return 0
    with reading() as uow:
        return unread(uow.session, uow.actor.user_id)
