//! The Controller: the one task that owns the phone, and its ports
