//! What a webhook answered, read as instructions.

use super::ports::CallError;
use crate::{
    speech::{Pcm, read_wav},
    webhook::{Answer, Target},
};
use twiml::{Say, Verb};

/// Instructions, and where they came from.
pub(super) struct Document {
    pub(super) target: Target,
    pub(super) content: Content,
}

/// What is to be done.
#[derive(Debug)]
pub(super) enum Content {
    /// These, in order.
    Verbs(Vec<Verb>),
    /// This is played, and then the call ends.
    Sound(Pcm),
}

/// Reads an answer by its content type, as Twilio does ("TwiML for Programmable Voice: MIME types",
/// read 2026).
///
/// # Errors
/// 12100 not TwiML, 12300 a type that means nothing here or none, or sound that cannot be played.
pub(super) fn content(answer: &Answer) -> Result<Content, CallError> {
    let mime = answer.content_type.as_deref().unwrap_or_default();
    let mime = mime.split(';').next().unwrap_or_default();
    let mime = mime.trim().to_ascii_lowercase();
    match mime.as_str() {
        "text/xml" | "application/xml" | "text/html" => twiml(&answer.body),
        "text/plain" => twiml(&answer.body).or_else(|error| {
            let text = std::str::from_utf8(&answer.body).map_err(|_| error)?;
            Ok(Content::Verbs(vec![Say::new(text.to_owned()).into()]))
        }),
        mime if mime.starts_with("audio/") => Ok(Content::Sound(sound(answer)?)),
        "" => Err(bad_type("no content type")),
        mime => Err(bad_type(&format!("the content type {mime:?}"))),
    }
}

fn bad_type(what: &str) -> CallError {
    CallError {
        code: 12_300,
        message: format!("the webhook server answered with {what}; TwiML is text/xml"),
    }
}

/// Reads TwiML that came with the call.
///
/// # Errors
/// 12100 not TwiML.
pub(super) fn inline(text: &str) -> Result<Content, CallError> {
    let response = twiml::read(text).map_err(|error| CallError {
        code: 12_100,
        message: format!("the call's own TwiML cannot be read: {error}"),
    })?;
    Ok(Content::Verbs(response.verbs))
}

fn twiml(body: &[u8]) -> Result<Content, CallError> {
    let wrong = |what: &str| CallError {
        code: 12_100,
        message: format!("the webhook server did not answer TwiML: {what}"),
    };
    let text = std::str::from_utf8(body).map_err(|_| wrong("it is not UTF-8"))?;
    let response = twiml::read(text).map_err(|error| wrong(&error.to_string()))?;
    Ok(Content::Verbs(response.verbs))
}

/// Reads a fetched sound.
pub(super) fn sound(answer: &Answer) -> Result<Pcm, CallError> {
    read_wav(&answer.body).map_err(|error| CallError {
        code: CallError::SANDBOX,
        message: format!("the sandbox only plays WAV files: {error}"),
    })
}

#[cfg(test)]
mod tests {
    use super::{Content, content};
    use crate::{
        speech::{steady, write_wav},
        webhook::{Answer, DeliveryId},
    };
    use twiml::{Hangup, Say, Verb};

    fn answer(content_type: Option<&str>, body: impl Into<Vec<u8>>) -> Answer {
        Answer {
            url: "http://127.0.0.1:1/".parse().unwrap(),
            status: 200,
            content_type: content_type.map(str::to_owned),
            body: body.into().into(),
            ms: 0,
            id: DeliveryId::NONE,
        }
    }

    #[track_caller]
    fn check_verbs(content_type: &str, body: &str, expected: &[Verb]) {
        match content(&answer(Some(content_type), body)) {
            Ok(Content::Verbs(verbs)) => assert_eq!(verbs, expected, "{content_type}"),
            other => panic!("{content_type}: {other:?}"),
        }
    }

    #[track_caller]
    fn check_error(content_type: Option<&str>, body: &[u8], code: u32) {
        let error = content(&answer(content_type, body)).unwrap_err();
        assert_eq!(error.code, code, "{error}");
    }

    #[test]
    fn twiml_comes_as_xml_html_or_plain_text() {
        for content_type in [
            "text/xml",
            "Text/XML; charset=utf-8",
            "application/xml",
            "text/html",
            "text/plain",
        ] {
            let hangup = [Hangup::new().into()];
            check_verbs(content_type, "<Response><Hangup/></Response>", &hangup);
        }
    }

    #[test]
    fn plain_text_that_is_not_twiml_is_read_out() {
        check_verbs(
            "text/plain",
            "Hello there",
            &[Say::new("Hello there").into()],
        );
    }

    #[test]
    fn sound_is_played() {
        let wav = write_wav(&steady(440));
        match content(&answer(Some("audio/x-wav"), wav)) {
            Ok(Content::Sound(pcm)) => assert_eq!(pcm, steady(440)),
            other => panic!("{other:?}"),
        }
        check_error(Some("audio/mpeg"), b"ID3", 0);
    }

    #[test]
    fn what_is_not_twiml_has_the_error_that_twilio_gives() {
        check_error(Some("text/xml"), b"<Response><Say>", 12_100);
        check_error(Some("text/xml"), b"", 12_100);
        check_error(Some("text/html"), b"<html></html>", 12_100);
        check_error(Some("text/xml"), b"<Response>\xff</Response>", 12_100);
        check_error(Some("text/plain"), b"\xff", 12_100);
        check_error(Some("application/json"), b"{}", 12_300);
        check_error(None, b"<Response/>", 12_300);
    }
}
