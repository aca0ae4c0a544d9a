//! The engine, over devices in memory and peers on loopback.

mod calls;
mod devices;
#[path = "../common/far.rs"]
mod far;
#[path = "../common/page.rs"]
mod page;
mod synthetic;
