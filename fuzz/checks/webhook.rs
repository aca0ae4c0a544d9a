//! Any body: it is read as a form or refused, and as each of the 13 kinds of webhook, with all that
//! came kept or an error that names the parameter and says what is wrong with it.

use twilio::webhook::{
    Answers, IdempotencyToken, Kind, Params, Problem, Try, Webhook, WebhookError,
};

/// Checks one input.
pub(crate) fn check(bytes: &[u8]) {
    let params = Params::parse_form(bytes);
    let form = params.to_form();
    assert_eq!(
        Params::try_parse_form(form.as_bytes()).as_ref(),
        Ok(&params)
    );
    assert_eq!(Params::parse_form(form.as_bytes()), params);
    match Params::try_parse_form(bytes) {
        // What is read strictly is read leniently too, and as the same.
        Ok(strict) => assert_eq!(strict, params),
        Err(error) => {
            let pairs = bytes.split(|byte| *byte == b'&').count();
            let named = (0..pairs).any(|index| error.to_string().contains(&index.to_string()));
            assert!(named, "{error}");
        }
    }
    shows_names_only(&params);
    for kind in Kind::ALL {
        check_kind(*kind, &params);
    }
    check_token(bytes);
}

fn check_kind(kind: Kind, params: &Params) {
    let read = Webhook::read(kind, params.clone());
    // What the same parameters mean does not depend on their order.
    let backwards: Params = params.0.iter().rev().cloned().collect();
    match (&read, Webhook::read(kind, backwards.clone())) {
        (Ok(webhook), Ok(other)) => {
            assert_eq!(other.params(), &backwards);
            assert_eq!(webhook.kind(), kind);
            assert_eq!(webhook.params(), params, "{kind:?} kept all that came");
        }
        (Err(error), Err(other)) => assert_eq!(*error, other, "{kind:?}"),
        (one, other) => panic!("{kind:?}: {one:?}, backwards {other:?}"),
    }
    if let Err(error) = read {
        is_to_the_point(error, params);
    }
    // A parameter that nobody knows changes nothing, and is there.
    let (name, value) = ("NewIn2031", "+12025550142");
    let is_new = params.get(name).is_none();
    let mut more = params.clone();
    more.0.push((name.to_owned(), value.to_owned()));
    match (read, Webhook::read(kind, more)) {
        (Ok(_), Ok(webhook)) => {
            assert!(!is_new || webhook.params().get(name) == Some(value));
            assert!(!is_new || !format!("{webhook:?}").contains(value) || repeats(params, value));
        }
        (Err(error), Err(same)) => assert_eq!(error, same),
        (Ok(_), Err(error)) | (Err(error), Ok(_)) => panic!("{kind:?}: {error}"),
    }
}

fn is_to_the_point(error: WebhookError, params: &Params) {
    let values = params.0.iter().filter(|(name, _)| name == error.field);
    let values: Vec<&str> = values.map(|(_, value)| value.as_str()).collect();
    match error.reason {
        Problem::Missing => assert!(values.iter().all(|value| value.is_empty()), "{error}"),
        Problem::Repeated => assert!(values.iter().any(|value| *value != values[0]), "{error}"),
        // Whoever has no `From` is no client either.
        Problem::NotAClient => assert_eq!(error.field, "From"),
        Problem::NotASid
        | Problem::UnknownWord
        | Problem::NotANumber
        | Problem::NotAFraction
        | Problem::NotABoolean
        | Problem::NotADate => assert!(values.iter().any(|value| !value.is_empty()), "{error}"),
    }
    let text = error.to_string();
    assert!(text.contains(error.field) && text.len() < 200, "{text}");
}

fn repeats(params: &Params, value: &str) -> bool {
    let mut pairs = params.0.iter();
    pairs.any(|(n, v)| n.contains(value) || v.contains(value))
}

fn shows_names_only(params: &Params) {
    let secret = "+12025550142";
    if !repeats(params, secret) {
        let mut more = params.clone();
        more.0.push(("From".to_owned(), secret.to_owned()));
        assert!(!format!("{more:?}").contains(secret));
    }
}

fn check_token(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    match IdempotencyToken::parse(text) {
        Ok(token) => {
            let mut answers = Answers::new(1, 10);
            assert_eq!(token.as_str(), text);
            assert!(!text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic()));
            assert_eq!(answers.arrive(&token, 0), Try::First);
            answers.answered(&token, ());
            assert_eq!(answers.arrive(&token, 9), Try::Again(()));
            assert_eq!(answers.arrive(&token, 10), Try::First);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
