//! What a request must be before it is taken for a webhook of Twilio's.

use super::Webhooks;
use crate::{headers::single, refusal::Refusal};
use axum::{body::Body, extract::Request};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use http::{HeaderMap, StatusCode, header};
use std::time::Duration;
use twilio::{signature, webhook::Params};

/// The largest body that is read, in bytes. Twilio's own have a few kilobytes.
pub(super) const MAX_BODY: usize = 64 * 1024;

/// How much of a body that is too large is taken from the line, so that the refusal can be read by
/// a client that writes all before it reads.
const MAX_DISCARDED: usize = 1024 * 1024;

/// How long a body may take. Twilio itself gives up after 15 s.
const BODY_TIME: Duration = Duration::from_secs(10);

const FORM: &str = "application/x-www-form-urlencoded";
const SIGNATURE: &str = "x-twilio-signature";
const RETRY: &str = "i-twilio-idempotency-token";

/// A webhook that Twilio has sent.
#[derive(Debug)]
pub(super) struct Letter {
    pub(super) params: Params,
    pub(super) signature: String,
    /// What all tries of one request have in common.
    pub(super) retry: Option<String>,
}

/// Reads a request and checks its signature.
pub(super) async fn open(request: Request, webhooks: &Webhooks) -> Result<Letter, Refusal> {
    let (head, body) = request.into_parts();
    check_content_type(&head.headers)?;
    let body = read(body).await?;
    let signature = single(&head.headers, SIGNATURE).ok_or_else(|| {
        Refusal::new(
            StatusCode::FORBIDDEN,
            "The X-Twilio-Signature header is missing: only Twilio may call this address.",
        )
    })?;
    if !is_form(&body) {
        return Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            "The form cannot be read: escape its values as UTF-8 with %, as Twilio does.",
        ));
    }
    let params = Params::parse_form(&body);
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let url = webhooks.signed_url(path);
    if !signature::validate(&webhooks.auth_token, &url, params.pairs(), signature) {
        return Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "The X-Twilio-Signature does not hold for this request: check that Handset's public \
             URL is the very address that Twilio calls, and that the auth token is that account's.",
        ));
    }
    Ok(Letter {
        signature: signature.to_owned(),
        retry: single(&head.headers, RETRY).map(str::to_owned),
        params,
    })
}

fn check_content_type(headers: &HeaderMap) -> Result<(), Refusal> {
    let is_form = single(headers, header::CONTENT_TYPE.as_str()).is_some_and(|value| {
        let kind = value.split(';').next().unwrap_or_default();
        kind.trim().eq_ignore_ascii_case(FORM)
    });
    if is_form {
        Ok(())
    } else {
        Err(Refusal::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "A webhook is a form: send it with Content-Type application/x-www-form-urlencoded.",
        ))
    }
}

async fn read(body: Body) -> Result<Bytes, Refusal> {
    match tokio::time::timeout(BODY_TIME, read_all(body)).await {
        Ok(read) => read,
        Err(_) => Err(Refusal::new(
            StatusCode::REQUEST_TIMEOUT,
            "The body did not arrive within 10 seconds: send it again.",
        )),
    }
}

async fn read_all(body: Body) -> Result<Bytes, Refusal> {
    let mut chunks = body.into_data_stream();
    let mut kept = BytesMut::new();
    let mut seen = 0_usize;
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| {
            Refusal::new(
                StatusCode::BAD_REQUEST,
                "The body broke off: send it again in full.",
            )
        })?;
        seen = seen.saturating_add(chunk.len());
        if seen <= MAX_BODY {
            kept.extend_from_slice(&chunk);
        } else if seen > MAX_DISCARDED {
            break;
        }
    }
    if seen <= MAX_BODY {
        Ok(kept.freeze())
    } else {
        Err(Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "The body is too large: a webhook has at most 64 kB.",
        ))
    }
}

/// Whether every `%` has its two digits and all of it is UTF-8 once it is decoded.
fn is_form(body: &[u8]) -> bool {
    let mut decoded = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let digits = after
            .split_at_checked(2)
            .and_then(|(two, _)| std::str::from_utf8(two).ok())
            .filter(|two| two.bytes().all(|b| b.is_ascii_hexdigit()));
        let Some(value) = digits.and_then(|two| u8::from_str_radix(two, 16).ok()) else {
            return false;
        };
        decoded.push(value);
        rest = &after[2..];
    }
    std::str::from_utf8(&decoded).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;
    use std::io;

    #[tokio::test(start_paused = true)]
    async fn gives_up_on_a_body_that_does_not_come() {
        let silence = Body::from_stream(stream::pending::<io::Result<Bytes>>());
        let refusal = read(silence).await.unwrap_err();
        assert_eq!(refusal.status, StatusCode::REQUEST_TIMEOUT);
    }

    #[tokio::test]
    async fn refuses_a_body_that_breaks_off() {
        let chunks = [
            Ok(Bytes::from_static(b"CallSid=")),
            Err(io::Error::from(io::ErrorKind::ConnectionReset)),
        ];
        let refusal = read(Body::from_stream(stream::iter(chunks)))
            .await
            .unwrap_err();
        assert_eq!(refusal.status, StatusCode::BAD_REQUEST);
    }

    #[tokio::test]
    async fn takes_64_kb_and_not_a_byte_more() {
        let most = read(Body::from(vec![b'a'; MAX_BODY])).await.unwrap();
        assert_eq!(most.len(), MAX_BODY);
        let refusal = read(Body::from(vec![b'a'; MAX_BODY + 1]))
            .await
            .unwrap_err();
        assert_eq!(refusal.status, StatusCode::PAYLOAD_TOO_LARGE);
    }

    #[tokio::test]
    async fn stops_reading_a_body_without_end() {
        let endless = stream::repeat_with(|| Ok::<_, io::Error>(Bytes::from_static(&[b'a'; 4096])));
        let refusal = read(Body::from_stream(endless)).await.unwrap_err();
        assert_eq!(refusal.status, StatusCode::PAYLOAD_TOO_LARGE);
    }
}
