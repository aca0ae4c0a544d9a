//! The two Axum routers: public webhooks, private token and app API
