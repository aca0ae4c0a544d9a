//! A recording's audio.

use super::{
    Client, RestError,
    error::of_line,
    send::{leads_on, read, refusal},
};
use crate::sid::RecordingSid;
use bytes::Bytes;
use reqwest::{Method, RequestBuilder, Response, header};
use std::fmt;
use url::Url;

/// How a recording is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MediaFormat {
    /// WAV, 16 bit: as it was recorded.
    Wav,
    /// MP3: small.
    Mp3,
}

impl MediaFormat {
    fn extension(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::Mp3 => "mp3",
        }
    }
}

/// A recording's audio on its way.
pub struct Media {
    response: Response,
    waits: std::time::Duration,
}

/// To how many other places the audio may lead.
const MAX_HOPS: usize = 3;

impl Media {
    /// Begins to fetch the audio. It may lie at another server, which does not get the
    /// credentials.
    pub(super) async fn fetch(
        client: &Client,
        recording: &RecordingSid,
        format: MediaFormat,
        both_sides: bool,
    ) -> Result<Self, RestError> {
        let account = client.account_sid();
        let extension = format.extension();
        let channels = if both_sides {
            "?RequestedChannels=2"
        } else {
            ""
        };
        let path =
            format!("/2010-04-01/Accounts/{account}/Recordings/{recording}.{extension}{channels}");
        let origin = Url::parse(&client.shared.origin).map_err(|_| RestError::Astray)?;
        let mut url = origin.join(&path).map_err(|_| RestError::Astray)?;
        let waits = client.shared.timeouts.answer;
        for _ in 0..=MAX_HOPS {
            let request = asking(client, &origin, &url);
            let sent = tokio::time::timeout(waits, request.send()).await;
            let response = sent.map_err(|_| RestError::Timeout)?.map_err(of_line)?;
            if response.status().is_success() {
                return Ok(Self { response, waits });
            }
            if !leads_on(response.status()) {
                return Err(refusal(response).await.into());
            }
            let location = response.headers().get(header::LOCATION);
            let location = location.and_then(|value| value.to_str().ok());
            let next = location.and_then(|location| url.join(location).ok());
            url = next.ok_or(RestError::Astray)?;
            // In clear only from a server on this machine to itself.
            if url.scheme() != "https" && url.origin() != origin.origin() {
                return Err(RestError::Astray);
            }
        }
        Err(RestError::Astray)
    }

    /// What it is, such as `audio/x-wav`.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        let value = self.response.headers().get(header::CONTENT_TYPE)?;
        value.to_str().ok()
    }

    /// How many bytes there will be, if the server says so.
    #[must_use]
    pub fn length(&self) -> Option<u64> {
        self.response.content_length()
    }

    /// Waits for more of it; `None` is the end.
    ///
    /// # Errors
    /// When the line breaks or nothing comes for a while.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, RestError> {
        let chunk = tokio::time::timeout(self.waits, self.response.chunk()).await;
        chunk.map_err(|_| RestError::Timeout)?.map_err(of_line)
    }

    /// Waits for all of it, up to `limit` bytes.
    ///
    /// # Errors
    /// When it is larger, the line breaks or it takes too long.
    pub async fn read(self, limit: usize) -> Result<Vec<u8>, RestError> {
        let read = tokio::time::timeout(self.waits, read(self.response, limit)).await;
        read.map_err(|_| RestError::Timeout)?
    }
}

/// A request to one of the places; only Twilio's own gets the credentials.
fn asking(client: &Client, origin: &Url, url: &Url) -> RequestBuilder {
    match url.origin() == origin.origin() {
        true => client.request(Method::GET, url.as_str()),
        false => client.shared.http.get(url.as_str()),
    }
}

impl fmt::Debug for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Media")
            .field("content_type", &self.content_type())
            .field("length", &self.length())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::asking;
    use crate::{
        Secret,
        rest::{Client, Credentials},
        sid::AccountSid,
    };
    use reqwest::header::AUTHORIZATION;
    use url::Url;

    #[test]
    fn another_server_does_not_get_the_credentials() {
        let credentials = Credentials::AuthToken(Secret::new("a secret"));
        let client = Client::builder(AccountSid::random([0; 16]), credentials).build();
        let client = client.expect("a client can be made");
        let origin = Url::parse("https://api.twilio.com").expect("a URL");
        for (url, expected) in [
            ("https://api.twilio.com/elsewhere", true),
            ("https://api.twilio.com:444/", false),
            ("https://api.twilio.com.evil.example/", false),
            ("https://media.example/x.wav", false),
        ] {
            let url = Url::parse(url).expect("a URL");
            let request = asking(&client, &origin, &url).build().expect("a request");
            let gets = request.headers().contains_key(AUTHORIZATION);
            assert_eq!(gets, expected, "{url}");
        }
    }
}
