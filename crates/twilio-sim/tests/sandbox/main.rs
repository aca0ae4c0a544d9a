//! The sandbox from outside: raw signalling, calls with true WebRTC media, faults, HTTP.
// `cfg(test)` tells clippy that the helpers are tests as well.

#[cfg(test)]
mod admission;
#[cfg(test)]
mod bench;
#[cfg(test)]
mod control;
#[cfg(test)]
mod devices;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod incoming;
#[cfg(test)]
mod lines;
#[cfg(test)]
mod outgoing;
#[cfg(test)]
mod reconnecting;
#[cfg(test)]
mod softphone;
