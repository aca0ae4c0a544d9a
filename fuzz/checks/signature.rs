//! Any request: what Twilio signed holds, and with a byte changed it does not.
//!
//! The input is six lines: secret, URL, settings header, signature, form, and a body that may have
//! further lines.

use twilio::{
    Secret,
    signature::{Algorithm, Settings, SigningKey, signed_url},
    webhook::Params,
};

type Pairs = [(String, String)];

/// What one input says.
struct Input {
    secret: String,
    url: String,
    header: String,
    signature: String,
    params: Params,
    body: Vec<u8>,
    /// Where something is changed.
    place: usize,
}

impl Input {
    fn read(bytes: &[u8]) -> Self {
        let mut lines = bytes.splitn(6, |byte| *byte == b'\n');
        let mut line = || lines.next().unwrap_or_default();
        let text = |line| String::from_utf8_lossy(line).into_owned();
        Self {
            secret: text(line()),
            url: text(line()),
            header: text(line()),
            signature: text(line()),
            params: Params::parse_form(line()),
            body: line().to_vec(),
            place: bytes.iter().map(|byte| usize::from(*byte)).sum(),
        }
    }
}

/// Checks one input.
pub(crate) fn check(bytes: &[u8]) {
    let input = Input::read(bytes);
    let secret = Secret::new(&input.secret);
    let key = SigningKey::new(&secret);
    let settings = Settings::parse(Some(&input.header));
    if let Err(error) = settings {
        assert!(!error.to_string().is_empty());
    }
    for algorithm in [Algorithm::HmacSha1, Algorithm::HmacSha256] {
        let said = key.validate(algorithm, &input.url, &input.params.0, &input.signature);
        if said {
            assert!(!input.secret.is_empty(), "anybody can sign with nothing");
            refuses_other_signatures(&key, algorithm, &input, &input.url, &input.signature);
        }
        let (url, body) = (&input.url, &input.body);
        if key.validate_body(algorithm, url, body, &input.signature) {
            assert!(states_a_hash(url), "nothing vouches for the body");
            let other = changed(body, input.place);
            assert!(!key.validate_body(algorithm, url, &other, &input.signature));
        }
        holds_for_a_form(&key, algorithm, &input);
        holds_for_a_body(&key, algorithm, &input);
    }
}

/// What Twilio would sign of the URL; `None` where that cannot be written as a URL again.
fn signed(url: &str) -> Option<String> {
    let signed = signed_url(url);
    // `host:` with nothing behind it: rules about ports say nothing of it.
    let authority = signed.split_once("://").map_or("", |(_, after)| after);
    let end = authority.find(['/', '?', '#']).unwrap_or(authority.len());
    (!authority[..end].ends_with(':')).then_some(signed)
}

fn holds_for_a_form(key: &SigningKey, algorithm: Algorithm, input: &Input) {
    let Some(url) = signed(&input.url) else {
        return;
    };
    let params = &input.params.0;
    let signature = key.sign(algorithm, &url, params);
    let is_secret = !input.secret.is_empty();
    let holds = |url: &str, params: &Pairs| key.validate(algorithm, url, params, &signature);
    assert_eq!(holds(&url, params), is_secret, "{url}");

    let mut shuffled = params.clone();
    shuffled.reverse();
    shuffled.extend(params.first().cloned());
    assert_eq!(holds(&url, &shuffled), is_secret, "{url}");

    // Another parameter changes the text that is signed, or nothing.
    let mut more = params.clone();
    match more.len() {
        0 => more.push(("Digits".to_owned(), "1".to_owned())),
        count => more[input.place % count].1.push('1'),
    }
    let is_same = flat(&more) == flat(params);
    assert_eq!(holds(&url, &more), is_same && is_secret, "{url}");

    if let Some(other) = other_path(&url, input.place) {
        assert!(!holds(&other, params), "{url} {other}");
    }
    if let Some(rest) = url.strip_prefix("https://e.com/") {
        let port_written = format!("https://e.com:443/{rest}");
        assert_eq!(holds(&port_written, params), is_secret, "{port_written}");
    }
    let other_secret = SigningKey::new(&Secret::new(format!("{}x", input.secret)));
    assert!(!other_secret.validate(algorithm, &url, params, &signature));
    refuses_other_signatures(key, algorithm, input, &url, &signature);
}

fn holds_for_a_body(key: &SigningKey, algorithm: Algorithm, input: &Input) {
    let Some(url) = signed(&input.url).filter(|url| !url.contains('#') && !states_a_hash(url))
    else {
        return;
    };
    let hash = sha256_hex(&input.body);
    let joint = if url.contains('?') { '&' } else { '?' };
    let url = format!("{url}{joint}bodySHA256={hash}");
    let signature = key.sign(algorithm, &url, &[]);
    let holds = |body: &[u8]| key.validate_body(algorithm, &url, body, &signature);
    assert_eq!(holds(&input.body), !input.secret.is_empty(), "{url}");
    assert!(!holds(&changed(&input.body, input.place)), "{url}");
    let without = url.replace("bodySHA256", "bodySHA255");
    let signature = key.sign(algorithm, &without, &[]);
    assert!(!key.validate_body(algorithm, &without, &input.body, &signature));
}

fn refuses_other_signatures(
    key: &SigningKey,
    algorithm: Algorithm,
    input: &Input,
    url: &str,
    signature: &str,
) {
    let params = &input.params.0;
    let other = match algorithm {
        Algorithm::HmacSha1 => Algorithm::HmacSha256,
        Algorithm::HmacSha256 => Algorithm::HmacSha1,
    };
    assert!(!key.validate(other, url, params, signature), "{url}");
    let place = input.place % signature.len();
    let mut changed = signature.as_bytes().to_vec();
    changed[place] ^= 1;
    let changed = String::from_utf8(changed).expect("base64 is ASCII, and so is its neighbour");
    for wrong in [
        &changed,
        &signature[..place],
        &format!("{signature}="),
        &format!(" {signature}"),
    ] {
        assert!(!key.validate(algorithm, url, params, wrong), "{url}");
    }
}

/// The URL with a byte of its path or query changed, if it has one.
fn other_path(url: &str, place: usize) -> Option<String> {
    let (scheme, after) = url.split_once("://").unwrap_or(("", url));
    let begin = scheme.len() + usize::from(!scheme.is_empty()) * 3 + after.find(['/', '?'])? + 1;
    let ascii: Vec<usize> = (begin..url.len())
        .filter(|at| url.as_bytes()[*at].is_ascii())
        .collect();
    let at = *ascii.get(place % ascii.len().max(1))?;
    let mut bytes = url.as_bytes().to_vec();
    bytes[at] ^= 1;
    String::from_utf8(bytes).ok()
}

/// What is signed of the parameters, written anew.
fn flat(params: &Pairs) -> String {
    let sorted: std::collections::BTreeSet<_> = params.iter().collect();
    sorted.iter().flat_map(|(n, v)| [n.as_str(), v]).collect()
}

fn states_a_hash(url: &str) -> bool {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let mut names = Params::parse_form(query.as_bytes()).0.into_iter();
    names.any(|(name, _)| name == "bodySHA256")
}

/// The body with a bit changed, or with a byte where there was none.
fn changed(body: &[u8], place: usize) -> Vec<u8> {
    let mut changed = body.to_vec();
    match changed.len() {
        0 => changed.push(b'1'),
        length => changed[place % length] ^= 1,
    }
    changed
}

fn sha256_hex(body: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    let hash = Sha256::digest(body);
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
