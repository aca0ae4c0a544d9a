//! The engine, over devices in memory and peers on loopback.

mod devices;
mod page;
