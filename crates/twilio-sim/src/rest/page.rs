//! Lists, a page at a time.

use super::answer::{Answer, Outcome};
use super::asked::Asked;
use serde_json::{Map, Value, json};

/// Twilio's page sizes: without a wish, and at most.
const SIZE: usize = 50;
const MOST: usize = 1_000;

/// One page of a list whose items have a `sid`, in Twilio's envelope; `key` is the name of the
/// items in it.
///
/// `PageToken` is `PA` and the last item of the page before, or `PB` and the first of the page
/// after: so a list that changes meanwhile neither repeats nor skips one. Without it, `Page` counts.
pub(super) fn page(asked: &Asked, key: &str, items: &[Value]) -> Outcome {
    let number = |name| {
        asked
            .param(name)
            .and_then(|text| text.parse::<usize>().ok())
    };
    let size = number("PageSize").unwrap_or(SIZE).clamp(1, MOST);
    let page = number("Page").unwrap_or(0);
    let start = match asked.param("PageToken") {
        Some(token) => by_token(items, token, size),
        None => None,
    };
    let start = start.unwrap_or(page.saturating_mul(size)).min(items.len());
    let end = start.saturating_add(size).min(items.len());
    let shown = &items[start..end];

    let filters: Vec<(&str, &str)> = asked
        .params()
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .filter(|(name, _)| !matches!(*name, "PageSize" | "Page" | "PageToken"))
        .collect();
    let uri = |page: usize, token: Option<String>| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&filters);
        query.append_pair("PageSize", &size.to_string());
        query.append_pair("Page", &page.to_string());
        if let Some(token) = token {
            query.append_pair("PageToken", &token);
        }
        format!("{}?{}", asked.uri_path(), query.finish())
    };
    let next = shown.last().filter(|_| end < items.len());
    let next = next.map(|last| uri(page + 1, Some(format!("PA{}", sid(last)))));
    let previous = shown.first().filter(|_| start > 0);
    let previous = previous.map(|first| {
        let token = (page > 1).then(|| format!("PB{}", sid(first)));
        uri(page.saturating_sub(1), token)
    });

    let mut envelope = Map::new();
    envelope.insert(key.to_owned(), Value::from(shown));
    let about = [
        ("first_page_uri", json!(uri(0, None))),
        ("next_page_uri", json!(next)),
        ("previous_page_uri", json!(previous)),
        (
            "uri",
            json!(uri(page, asked.param("PageToken").map(str::to_owned))),
        ),
        ("page", json!(page)),
        ("page_size", json!(size)),
        ("start", json!(start)),
        ("end", json!(end.saturating_sub(1).max(start))),
    ];
    for (name, value) in about {
        envelope.insert(name.to_owned(), value);
    }
    Ok(Answer::Found(Value::Object(envelope)))
}

fn sid(item: &Value) -> &str {
    item["sid"].as_str().unwrap_or_default()
}

/// Where the page of a token begins; `None` when its item is gone.
fn by_token(items: &[Value], token: &str, size: usize) -> Option<usize> {
    let at = |name: &str| items.iter().position(|item| sid(item) == name);
    if let Some(last) = token.strip_prefix("PA") {
        return at(last).map(|last| last + 1);
    }
    at(token.strip_prefix("PB")?).map(|first| first.saturating_sub(size))
}

#[cfg(test)]
mod tests {
    use super::super::answer::Answer;
    use super::super::asked::Asked;
    use super::page;
    use axum::http::{HeaderMap, Method};
    use serde_json::{Value, json};

    fn items(count: usize) -> Vec<Value> {
        (0..count)
            .map(|at| json!({"sid": format!("XX{at}")}))
            .collect()
    }

    fn ask(uri: &str, items: &[Value]) -> Value {
        let asked = Asked::read(&Method::GET, &uri.parse().unwrap(), &HeaderMap::new(), b"");
        match page(&asked, "things", items) {
            Ok(Answer::Found(page)) => page,
            _ => panic!("a page is always found"),
        }
    }

    #[test]
    fn pages_follow_each_other_and_keep_the_filters() {
        let items = items(5);
        let first = ask("/2010-04-01/Things.json?To=%2B1&PageSize=2", &items);
        assert_eq!(first["things"], json!([{"sid": "XX0"}, {"sid": "XX1"}]));
        assert_eq!(first["previous_page_uri"], Value::Null);
        assert_eq!((&first["start"], &first["end"]), (&json!(0), &json!(1)));
        let next = first["next_page_uri"].as_str().unwrap();
        assert!(
            next.starts_with("/2010-04-01/Things.json?To=%2B1&PageSize=2&Page=1&"),
            "{next}"
        );
        let second = ask(next, &items);
        assert_eq!(second["things"], json!([{"sid": "XX2"}, {"sid": "XX3"}]));
        let third = ask(second["next_page_uri"].as_str().unwrap(), &items);
        assert_eq!(third["things"], json!([{"sid": "XX4"}]));
        assert_eq!(third["next_page_uri"], Value::Null);
        let back = ask(third["previous_page_uri"].as_str().unwrap(), &items);
        assert_eq!(back["things"], second["things"]);
        let first_again = ask(back["previous_page_uri"].as_str().unwrap(), &items);
        assert_eq!(first_again["things"], first["things"]);
        assert_eq!(
            ask(back["first_page_uri"].as_str().unwrap(), &items)["things"],
            first["things"]
        );
    }

    #[test]
    fn what_is_new_in_front_does_not_shift_the_next_page() {
        let mut list = items(3);
        let first = ask("/2010-04-01/Things.json?PageSize=2", &list);
        list.insert(0, json!({"sid": "XXnew"}));
        let next = ask(first["next_page_uri"].as_str().unwrap(), &list);
        assert_eq!(next["things"], json!([{"sid": "XX2"}]));
    }

    #[test]
    fn sizes_and_pages_that_make_no_sense_are_brought_into_bounds() {
        let items = items(60);
        for (query, count) in [
            ("", 50),
            ("?PageSize=0", 1),
            ("?PageSize=99999", 60),
            ("?PageSize=x&Page=-1", 50),
            ("?Page=9", 0),
            ("?Page=18446744073709551615&PageSize=1000", 0),
            ("?Page=1&PageToken=PAgone", 10),
        ] {
            let page = ask(&format!("/2010-04-01/Things.json{query}"), &items);
            assert_eq!(page["things"].as_array().unwrap().len(), count, "{query}");
        }
    }
}
