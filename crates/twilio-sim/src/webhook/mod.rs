//! Signed webhooks, delivered as Twilio does it.
