//! The engine, over devices in memory and peers on loopback.

mod calls;
mod devices;
mod page;
