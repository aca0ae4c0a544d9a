//! Lists that come in pages.

use super::{Client, RestError, send::Request};
use futures_util::{StreamExt, stream, stream::BoxStream};
use serde::de::{DeserializeOwned, Error};
use serde_json::{Map, Value};
use std::collections::{HashSet, VecDeque};

/// The things of a list, page by page: the next page is fetched when the one before is used up.
///
/// After an error it is over.
pub type Listing<T> = BoxStream<'static, Result<T, RestError>>;

struct Pages<T> {
    client: Client,
    name: &'static str,
    /// What to ask next, or why it cannot be asked.
    next: Option<Result<Request, RestError>>,
    /// The links that were followed.
    links: HashSet<String>,
    ready: VecDeque<T>,
}

impl Client {
    /// The list under `name` in the answer to `first` and in the pages after it.
    pub(super) fn listing<T>(&self, name: &'static str, first: Request) -> Listing<T>
    where
        T: DeserializeOwned + Send + 'static,
    {
        let pages = Pages {
            client: self.clone(),
            name,
            next: Some(Ok(first)),
            links: HashSet::new(),
            ready: VecDeque::new(),
        };
        stream::unfold(pages, |mut pages| async {
            let next = pages.next().await.transpose()?;
            Some((next, pages))
        })
        .boxed()
    }
}

impl<T: DeserializeOwned> Pages<T> {
    async fn next(&mut self) -> Result<Option<T>, RestError> {
        loop {
            if let Some(thing) = self.ready.pop_front() {
                return Ok(Some(thing));
            }
            // Taken, so that after an error it is over.
            let Some(request) = self.next.take() else {
                return Ok(None);
            };
            let mut page: Map<String, Value> = self.client.json(request?).await?;
            let things = page.remove(self.name).ok_or_else(|| {
                RestError::Answer(serde_json::Error::custom(format!("no {}", self.name)))
            })?;
            self.ready = serde_json::from_value(things).map_err(RestError::Answer)?;
            if let Some(Value::String(link)) = page.remove("next_page_uri")
                && !link.is_empty()
            {
                self.next = Some(self.follow(link));
            }
        }
    }

    /// The page to which a link leads, which must be another path of the same server.
    fn follow(&mut self, link: String) -> Result<Request, RestError> {
        let is_path = link.starts_with("/2010-04-01/");
        let is_clean = link
            .bytes()
            .all(|b| b.is_ascii_graphic() && b != b'#' && b != b'\\');
        // Pages that lead back to themselves would never end.
        if !is_path || !is_clean || !self.links.insert(link.clone()) {
            return Err(RestError::Astray);
        }
        Ok(Request::get(link, &super::form::Form::new()))
    }
}
