//! How a request is refused.
