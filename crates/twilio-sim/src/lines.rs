//! The phones that share the sandbox: our own line, and those that joined.

use crate::account::Urls;
use crate::exchange::Switchboard;
use crate::log::mask;
use crate::phones;
use crate::sandbox::PhoneCard;
use std::sync::{Mutex, MutexGuard, PoisonError};
use twilio::sid::ApplicationSid;

/// So many phones may join.
const MOST: u32 = 30;

/// The last two digits of the first number that is given to a phone that joins.
const FIRST: u32 = 10;

/// The name of a phone that gave none, with `_2`, `_3` … after it when it is taken.
const NAME: &str = "handset";

/// A phone of the sandbox that has a number and an application of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The client name that it registers as.
    pub name: String,
    /// E.164.
    pub number: String,
    /// The application that its calls follow.
    pub application_sid: ApplicationSid,
}

/// Why a phone cannot join.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// The name is none that a client can have.
    #[error("the name must be 1 to 121 letters, digits or underscores")]
    BadName,
    /// Another phone has the name.
    #[error("another phone of the sandbox is called {name}; choose another name")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// All numbers are given away.
    #[error("no more than {MOST} phones can join")]
    Full,
}

/// The lines, ours first.
#[derive(Debug)]
pub(crate) struct Lines(Mutex<Vec<Line>>);

impl Lines {
    /// Our line, which has no name yet.
    pub(crate) fn new(number: String, application_sid: ApplicationSid) -> Self {
        Self(Mutex::new(vec![Line {
            name: String::new(),
            number,
            application_sid,
        }]))
    }

    fn list(&self) -> MutexGuard<'_, Vec<Line>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What our own phone registers as.
    pub(crate) fn name_ours(&self, name: &str) {
        name.clone_into(&mut self.list()[0].name);
    }

    /// Gives a phone a number and an application, which have these webhooks. A name is given anew
    /// when its phone is not registered: it may have ended without a word.
    pub(crate) fn join(
        &self,
        board: &Switchboard,
        name: Option<&str>,
        urls: &Urls,
    ) -> Result<Line, JoinError> {
        let mut list = self.list();
        let name = match name {
            Some(name) => name.to_owned(),
            None => free_name(&list),
        };
        if !is_name(&name) {
            return Err(JoinError::BadName);
        }
        if let Some(at) = list.iter().position(|line| line.name == name) {
            if at == 0 || !board.registry().of(&name).is_empty() {
                return Err(JoinError::NameTaken { name });
            }
            forget(board, &list.remove(at));
        }
        let number = free_number(board).ok_or(JoinError::Full)?;
        let application_sid = ApplicationSid::random(board.random());
        let line = Line {
            name,
            number,
            application_sid,
        };
        board.rest().add_line(&line, board.random(), urls);
        board.log().say(format!(
            "{} joined; its number is {}",
            line.name,
            mask(&line.number)
        ));
        list.push(line.clone());
        Ok(line)
    }

    /// Takes back what a phone was given; whether there was something.
    pub(crate) fn leave(&self, board: &Switchboard, application_sid: &str) -> bool {
        let mut list = self.list();
        let joined = |line: &Line| line.application_sid.as_str() == application_sid;
        let Some(at) = list.iter().skip(1).position(joined) else {
            return false;
        };
        let line = list.remove(at + 1);
        forget(board, &line);
        board.log().say(format!("{} left", line.name));
        true
    }

    /// The phones that have a name, for people.
    pub(crate) fn cards(&self) -> Vec<PhoneCard> {
        let list = self.list();
        let named = list.iter().filter(|line| !line.name.is_empty());
        named
            .map(|line| PhoneCard {
                number: line.number.clone(),
                name: Some(line.name.clone()),
                does: format!("Another Handset; also client:{}", line.name),
                calls_us: false,
            })
            .collect()
    }
}

fn forget(board: &Switchboard, line: &Line) {
    board.rest().remove_line(line);
}

/// The first of `handset`, `handset_2` … that no line has.
fn free_name(list: &[Line]) -> String {
    let taken = |name: &String| list.iter().any(|line| line.name == *name);
    let numbered = (2..).map(|n| format!("{NAME}_{n}"));
    let mut names = std::iter::once(NAME.to_owned()).chain(numbered);
    let free = names.find(|name| !taken(name));
    free.expect("there are more names than lines")
}

fn free_number(board: &Switchboard) -> Option<String> {
    let prefix = phones::OUR_LINE.strip_suffix("00")?;
    let mut numbers = (FIRST..FIRST + MOST).map(|n| format!("{prefix}{n:02}"));
    numbers.find(|number| !board.rest().is_taken(number))
}

/// Twilio takes letters, digits and `_` only, at most 121 (Voice SDK documentation).
fn is_name(name: &str) -> bool {
    let clean = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    clean && (1..=121).contains(&name.len())
}
