//! Which devices want to be called.

use crate::signalling::Session;
use crate::signalling::frames::ToDevice;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Registrations that an identity can have; one more removes the oldest.
///
/// Source: Twilio's Voice SDK documentation on `Device`, read in 2026.
const PER_IDENTITY: usize = 10;

/// The registrations, oldest first; clones share them.
#[derive(Clone, Default)]
pub(crate) struct Registry(Arc<Mutex<Vec<Registration>>>);

struct Registration {
    identity: String,
    session: Arc<Session>,
}

impl Registry {
    fn list(&self) -> MutexGuard<'_, Vec<Registration>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Registers a device; says whether it was not registered before.
    pub(crate) fn add(&self, identity: &str, session: &Arc<Session>) -> bool {
        let mut list = self.list();
        if list.iter().any(|is| is.session.id() == session.id()) {
            return false;
        }
        let mut same = list.iter().filter(|is| is.identity == identity);
        if same.clone().count() >= PER_IDENTITY
            && let Some(oldest) = same.next().map(|is| is.session.clone())
        {
            list.retain(|is| is.session.id() != oldest.id());
            oldest.send(&ToDevice::Offline {});
        }
        list.push(Registration {
            identity: identity.to_owned(),
            session: session.clone(),
        });
        true
    }

    /// Ends a device's registration; says whether it had one.
    pub(crate) fn remove(&self, session: &Session) -> bool {
        let mut list = self.list();
        let before = list.len();
        list.retain(|is| is.session.id() != session.id());
        list.len() < before
    }

    /// The devices of an identity, oldest first.
    pub(crate) fn of(&self, identity: &str) -> Vec<Arc<Session>> {
        self.list()
            .iter()
            .filter(|is| is.identity == identity)
            .map(|is| is.session.clone())
            .collect()
    }
}
