//! Resources that have no type of their own here.

use super::{Client, Listing, RestError, form::Form, retry::Repeat, send::Request};
use serde_json::Value;

/// A resource of the account by its path; answers are JSON as Twilio writes it.
#[derive(Clone, Debug)]
pub struct Other<'a> {
    client: &'a Client,
    path: String,
}

impl<'a> Other<'a> {
    pub(super) fn new(client: &'a Client, path: &str) -> Result<Self, RestError> {
        let is_part = |part: &str| {
            !part.bytes().all(|b| b == b'.')
                && part
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
        };
        if !path.split('/').all(is_part) {
            let reason = "not a resource's path";
            return Err(RestError::Argument {
                field: "path",
                reason,
            });
        }
        Ok(Self {
            client,
            path: client.path(path),
        })
    }

    /// Reads it.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn fetch(&self, query: &[(&str, &str)]) -> Result<Value, RestError> {
        self.client
            .json(Request::get(self.path.clone(), &form(query)))
            .await
    }

    /// Reads the list under `name` in its answer, and the pages after it.
    #[must_use]
    pub fn list(&self, name: &'static str, query: &[(&str, &str)]) -> Listing<Value> {
        self.client
            .listing(name, Request::get(self.path.clone(), &form(query)))
    }

    /// Sends it a form, to make or change something. Sent again only if Twilio refused it unseen.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn post(&self, params: &[(&str, &str)]) -> Result<Value, RestError> {
        let request = Request::post(self.path.clone(), &form(params), Repeat::IfRefused);
        self.client.json(request).await
    }

    /// Deletes it.
    ///
    /// # Errors
    /// See [`RestError`].
    pub async fn delete(&self) -> Result<(), RestError> {
        self.client.delete(self.path.clone()).await
    }
}

fn form(pairs: &[(&str, &str)]) -> Form {
    let pairs = pairs.iter();
    pairs.fold(Form::new(), |form, (name, value)| {
        form.text(name, Some(value))
    })
}
