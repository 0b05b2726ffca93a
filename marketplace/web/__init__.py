"""What every page stands on: sign-in session, CSRF, headers, rate limits, locale, paging, error pages. No feature imported."""
