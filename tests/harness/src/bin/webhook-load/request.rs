//! The webhooks: one request as Twilio sends it, in which three places change from call to call.
//! They are signed before the load begins, so that signing is no part of it.

use anyhow::{Context, Result};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use std::io::Write;

/// What is asked for.
const PATH: &str = "/voice/incoming";

/// A call that comes in, as Twilio posts it: 28 parameters. `CallSid` and `AccountSid` are filled
/// in. Source: Twilio documentation, "TwiML for Programmable Voice", requests to your application.
const PARAMS: [(&str, &str); 28] = [
    ("CallSid", ""),
    ("AccountSid", ""),
    ("From", "+12025550142"),
    ("To", "+12025550100"),
    ("CallStatus", "ringing"),
    ("ApiVersion", "2010-04-01"),
    ("Direction", "inbound"),
    ("ForwardedFrom", ""),
    ("CallerName", ""),
    ("FromCity", "WASHINGTON"),
    ("FromState", "DC"),
    ("FromZip", "20001"),
    ("FromCountry", "US"),
    ("ToCity", ""),
    ("ToState", "DC"),
    ("ToZip", ""),
    ("ToCountry", "US"),
    ("Called", "+12025550100"),
    ("CalledCity", ""),
    ("CalledState", "DC"),
    ("CalledZip", ""),
    ("CalledCountry", "US"),
    ("Caller", "+12025550142"),
    ("CallerCity", "WASHINGTON"),
    ("CallerState", "DC"),
    ("CallerZip", "20001"),
    ("CallerCountry", "US"),
    ("StirVerstat", "TN-Validation-Passed-A"),
];

/// How many bytes base64 makes of a SHA-1.
const SIGNATURE: usize = 28;
/// How many digits a SID has after its two letters, and an idempotency token without its hyphens.
const DIGITS: usize = 32;

/// One call: what differs between its request and the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    digits: [u8; DIGITS],
    signature: [u8; SIGNATURE],
}

/// What all requests have in common.
pub(crate) struct Mould {
    request: Vec<u8>,
    /// Where the signature, the idempotency token and the CallSid's digits go.
    places: [usize; 3],
    /// What is signed before and after the CallSid's digits; the first half is already taken in.
    signed_before: Hmac<Sha1>,
    signed_after: String,
    /// Digits that no other run has.
    run: u64,
}

impl Mould {
    /// The requests to `public_url`, of one account.
    ///
    /// # Errors
    /// When the URL has no host.
    pub(crate) fn new(public_url: &str, account: &str, auth_token: &[u8]) -> Result<Self> {
        let base = public_url.trim_end_matches('/');
        let (_, host) = base.split_once("://").context("the URL has no scheme")?;
        let call = format!("CA{}", "0".repeat(DIGITS));
        let params = PARAMS.map(|(name, value)| match name {
            "CallSid" => (name, call.as_str()),
            "AccountSid" => (name, account),
            _ => (name, value),
        });
        let signed = signed_text(&format!("{base}{PATH}"), &params);
        let (before, after) = signed
            .split_once(&call)
            .context("the CallSid is signed with the rest")?;
        let mut signed_before = Hmac::new_from_slice(auth_token)?;
        signed_before.update(format!("{before}CA").as_bytes());
        let body = form(&params);
        let token = token(&[b'0'; DIGITS]);
        let request = format!(
            "POST {PATH} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: TwilioProxy/1.1\r\n\
             Accept: */*\r\nCache-Control: max-age=259200\r\n\
             Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n\
             Content-Length: {}\r\nX-Twilio-Signature: {}\r\n\
             I-Twilio-Idempotency-Token: {}\r\n\r\n{body}",
            body.len(),
            "=".repeat(SIGNATURE),
            String::from_utf8_lossy(&token),
        );
        let place = |text: &str| {
            let at = request.find(text).map(|at| at + text.len());
            at.context("the request has all its parts")
        };
        let places = [
            place("X-Twilio-Signature: ")?,
            place("I-Twilio-Idempotency-Token: ")?,
            place("CallSid=CA")?,
        ];
        Ok(Self {
            request: request.into_bytes(),
            places,
            signed_before,
            signed_after: after.to_owned(),
            run: run(),
        })
    }

    /// The `number`th call of this run.
    ///
    /// # Errors
    /// Never: the places have the size that is written.
    pub(crate) fn call(&self, number: u64) -> Result<Call> {
        let mut digits = [0; DIGITS];
        write!(&mut digits[..], "{:016x}{number:016x}", self.run)?;
        let mut mac = self.signed_before.clone();
        mac.update(&digits);
        mac.update(self.signed_after.as_bytes());
        let mut signature = [0; SIGNATURE];
        STANDARD.encode_slice(mac.finalize().into_bytes(), &mut signature)?;
        Ok(Call { digits, signature })
    }

    /// A request to be filled in, once for each connection.
    pub(crate) fn blank(&self) -> Vec<u8> {
        self.request.clone()
    }

    /// Makes a request, that [`Mould::blank`] gave, the one of this call.
    pub(crate) fn fill(&self, request: &mut [u8], call: &Call) {
        let [signature, idempotency, digits] = self.places;
        request[signature..signature + SIGNATURE].copy_from_slice(&call.signature);
        let token = token(&call.digits);
        request[idempotency..idempotency + token.len()].copy_from_slice(&token);
        request[digits..digits + DIGITS].copy_from_slice(&call.digits);
    }
}

/// What is signed: the URL, and every name and value in the order of the names.
fn signed_text(url: &str, params: &[(&str, &str)]) -> String {
    let mut sorted = params.to_vec();
    sorted.sort_unstable();
    let pairs = sorted
        .into_iter()
        .flat_map(|(name, value)| [name, value])
        .collect::<String>();
    format!("{url}{pairs}")
}

/// The body. Nothing but `+` needs an escape in these values.
fn form(params: &[(&str, &str)]) -> String {
    let pairs = params
        .iter()
        .map(|(name, value)| format!("{name}={}", value.replace('+', "%2B")));
    pairs.collect::<Vec<_>>().join("&")
}

/// An idempotency token, a UUID with these digits.
fn token(digits: &[u8; DIGITS]) -> [u8; DIGITS + 4] {
    let mut token = [b'-'; DIGITS + 4];
    let mut from = digits.iter();
    for (at, to) in token.iter_mut().enumerate() {
        if ![8, 13, 18, 23].contains(&at) {
            *to = *from.next().unwrap_or(&b'0');
        }
    }
    token
}

/// A number that another run does not have.
fn run() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one("run")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Twilio documentation, "Webhooks security": the example, its signature included.
    #[test]
    fn signs_the_text_that_twilios_documentation_signs() {
        let params = [
            ("Digits", "1234"),
            ("CallSid", "CA1234567890ABCDE"),
            ("To", "+18005551212"),
            ("Caller", "+12349013030"),
            ("From", "+12349013030"),
        ];
        let text = signed_text("https://mycompany.com/myapp.php?foo=1&bar=2", &params);
        let mut mac = Hmac::<Sha1>::new_from_slice(b"12345").unwrap();
        mac.update(text.as_bytes());
        let signature = STANDARD.encode(mac.finalize().into_bytes());
        assert_eq!(signature, "0/KCTR6DLpKmkAf8muzZqo1nDgQ=");
    }

    #[test]
    fn fills_in_a_request_that_is_signed_as_a_whole() {
        let (url, account) = (
            "https://phone.example.com",
            "AC00000000000000000000000000000001",
        );
        let mould = Mould::new(url, account, b"secret").unwrap();
        let call = mould.call(7).unwrap();
        let mut request = mould.blank();
        mould.fill(&mut request, &call);
        let request = String::from_utf8(request).unwrap();
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        let pairs: Vec<_> = url::form_urlencoded::parse(body.as_bytes()).collect();
        assert_eq!(pairs.len(), 28);
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(n, v)| (n.as_ref(), v.as_ref()))
            .collect();
        let mut mac = Hmac::<Sha1>::new_from_slice(b"secret").unwrap();
        mac.update(signed_text(&format!("{url}/voice/incoming"), &pairs).as_bytes());
        let signature = STANDARD.encode(mac.finalize().into_bytes());
        assert!(head.contains(&format!("\r\nX-Twilio-Signature: {signature}\r\n")));
        assert!(head.contains(&format!("\r\nContent-Length: {}\r\n", body.len())));
        assert!(pairs[0].1.ends_with("0000000000000007"));
    }

    #[test]
    fn no_two_calls_are_alike() {
        let account = "AC00000000000000000000000000000001";
        let mould = Mould::new("https://phone.example.com", account, b"secret").unwrap();
        let request = |number| {
            let mut request = mould.blank();
            mould.fill(&mut request, &mould.call(number).unwrap());
            String::from_utf8(request).unwrap()
        };
        let header = |request: &str, name: &str| {
            let line = request.lines().find(|line| line.starts_with(name));
            line.unwrap().to_owned()
        };
        let (first, second) = (request(1), request(2));
        for name in ["X-Twilio-Signature", "I-Twilio-Idempotency-Token"] {
            assert_ne!(header(&first, name), header(&second, name));
        }
    }
}
