//! How a client is set up, and what it refuses.

use crate::account;
use proptest::prelude::*;
use twilio::{
    Secret,
    rest::{Builder, Client, Credentials, NumberKind, RestError, Search},
};

fn builder() -> Builder {
    Client::builder(account(), Credentials::AuthToken(Secret::new("a secret")))
}

#[track_caller]
fn origin(builder: Builder, expected: Result<&str, &str>) {
    match (builder.build(), expected) {
        (Ok(client), Ok(origin)) => {
            let seen = format!("{client:?}");
            assert!(seen.contains(&format!("\"{origin}\"")), "{seen}");
            assert!(!seen.contains("a secret"), "{seen}");
        }
        (Err(RestError::Argument { field, .. }), Err(expected)) => assert_eq!(field, expected),
        (result, _) => panic!("{result:?} is not {expected:?}"),
    }
}

#[test]
fn the_origin_is_twilios_or_this_machine() {
    origin(builder(), Ok("https://api.twilio.com"));
    origin(
        builder().edge("dublin").region("ie1"),
        Ok("https://api.dublin.ie1.twilio.com"),
    );
    origin(
        builder().edge("sydney"),
        Ok("https://api.sydney.us1.twilio.com"),
    );
    origin(builder().region("ie1"), Ok("https://api.ie1.twilio.com"));
    origin(
        builder().origin("http://127.0.0.1:4010"),
        Ok("http://127.0.0.1:4010"),
    );
    origin(
        builder().origin("http://[::1]:4010/"),
        Ok("http://[::1]:4010"),
    );
    origin(
        builder().origin("http://localhost:1"),
        Ok("http://localhost:1"),
    );
    origin(
        builder().origin("https://proxy.example"),
        Ok("https://proxy.example"),
    );
    for wrong in [
        "http://api.twilio.com",
        "http://localhost.example",
        "http://127.0.0.1@evil.example",
        "https://me:pw@api.twilio.com",
        "https://api.twilio.com/v1",
        "https://api.twilio.com?x",
        "https://api.twilio.com#x",
        "ftp://127.0.0.1",
        "api.twilio.com",
        "",
    ] {
        origin(builder().origin(wrong), Err("origin"));
    }
    origin(builder().edge("evil.example/"), Err("edge"));
    origin(builder().region(""), Err("region"));
    let nobody = Credentials::AuthToken(Secret::new(""));
    origin(Client::builder(account(), nobody), Err("credentials"));
}

#[test]
fn a_path_and_a_country_are_what_they_should_be() {
    let client = builder().build().unwrap();
    for path in [
        "",
        "/",
        "a//b",
        "../Accounts",
        "a/..",
        "a?b",
        "a b",
        "a%2f",
        "é",
        "a#",
    ] {
        assert!(client.other(path).is_err(), "{path}");
    }
    assert!(client.other("Calls/CA1/Recordings/Twilio.CURRENT").is_ok());
    for country in ["", "us", "USA", "U/", "Ü"] {
        let search = client
            .available()
            .search(country, NumberKind::Local, &Search::default());
        assert!(search.is_err(), "{country}");
    }
}

proptest! {
    // A client reads the machine's certificates, which takes a while.
    #![proptest_config(ProptestConfig::with_cases(8))]
    #[test]
    fn rubbish_never_panics_and_no_path_leaves_the_account(
        rubbish in any::<String>(), paths in prop::collection::vec("[a-zA-Z./_%?-]{0,12}", 32),
    ) {
        let _ = builder().origin(&rubbish).build();
        let client = builder().build().unwrap();
        for path in paths.into_iter().chain([rubbish]) {
            if client.other(&path).is_ok() {
                prop_assert!(!path.split('/').any(|part| part.is_empty() || part == ".."));
            }
            let _ = client.available().search(&path, NumberKind::Mobile, &Search::default()).is_ok();
        }
    }
}
