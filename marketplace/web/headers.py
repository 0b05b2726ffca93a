"""Security headers on every answer: only our own files, no inline script or style, no framing."""

from flask import Flask, Response, request

from marketplace.web.context import current_actor
from marketplace.web.login import no_store

POLICY = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",  # Bootstrap's own icons are data: images
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
)


def init_headers(app: Flask, payment_pages: str = "") -> None:
    """Add the headers after every request. A form may lead to this site, and to the payment pages where there are any."""
    policy = "; ".join((*POLICY, f"form-action 'self' {payment_pages}".rstrip()))

    @app.after_request
    def add(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        if request.is_secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if current_actor().is_signed_in and not request.path.startswith("/static"):
            no_store(response)
        return response
