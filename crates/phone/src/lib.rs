//! The phone itself: a pure state machine without clock or I/O
