//! TwiML: build, write, read
