"""A stand-in for Stripe: it speaks HTTP on loopback to the real SDK, and signs what it sends.

What it proves: that the calls carry parameters the SDK's own types know, on the right account, with a key that makes them safe
to repeat; that what comes back is read as the SDK gives it; that signed events late, twice and out of order do what they
should. What it does not prove: that Stripe accepts the values, offers Alipay or WeChat Pay to an account, takes CNY there, has
the fields where they are here, or sends these events in these cases. That is for a test account at Stripe: docs/operate.md says
how.
"""
