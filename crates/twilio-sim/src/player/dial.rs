//! `<Dial>`: whom it calls, what it tells of them, and what comes after.

use super::{
    Player, Step, Stop,
    asking::deliver,
    control::unknown_noun,
    ports::{
        CallError, ChildEvent, ChildProgress, DialCallStatus, DialHow, DialOutcome, DialTarget,
        Exchange, Leg,
    },
};
use crate::{
    log::{mask, now_ms},
    webhook::{Kind, Method, Request, Target, params},
};
use std::collections::HashMap;
use tokio::sync::mpsc;
use twilio::sid::CallSid;
use twiml::{Dial, Noun, Text};

/// How long Twilio lets a phone ring when the document does not say.
const RING_S: u32 = 30;
const MAX_RING_S: u32 = 600;
/// Twilio calls so many at once.
const MAX_TARGETS: usize = 10;

/// What a noun wants to be told of its leg.
struct Wish {
    target: Target,
    events: Vec<Text>,
}

impl Wish {
    fn wants(&self, event: ChildProgress) -> bool {
        let name = match event {
            ChildProgress::Initiated => "initiated",
            ChildProgress::Ringing => "ringing",
            ChildProgress::Answered => "answered",
            ChildProgress::Completed { .. } => "completed",
        };
        if self.events.is_empty() {
            return name == "completed";
        }
        self.events.iter().any(|wanted| wanted == name)
    }
}

impl<E: Exchange> Player<E> {
    pub(super) async fn dial(&mut self, dial: &Dial) -> Result<Step, Stop> {
        self.dial_passed_over(dial);
        let answer_on_bridge = dial.answer_on_bridge.unwrap_or(false);
        let (targets, wishes) = self.targets(dial)?;
        let action = match &dial.action {
            Some(action) => Some(self.resolve(Some(action))?),
            None => None,
        };
        if !answer_on_bridge {
            self.leg.answer().await?;
        }
        let how = DialHow {
            timeout_s: dial.timeout_s.unwrap_or(RING_S).clamp(1, MAX_RING_S),
            caller_id: dial
                .caller_id
                .as_deref()
                .filter(|id| !id.is_empty())
                .map(str::to_owned),
            answer_on_bridge,
            time_limit_s: dial.time_limit_s,
            hangup_on_star: dial.hangup_on_star.unwrap_or(false),
        };
        let going_on = self.dialling.begin();
        let outcome = match self.problem(&targets, &how) {
            Some(error) => {
                self.note(&error);
                not_dialled(self)
            }
            None => {
                let progress = self.progress(wishes);
                let (leg, recall) = (self.leg.clone(), self.dialling.recall());
                self.exchange
                    .dial(&leg, targets, how, progress, recall)
                    .await
            }
        };
        self.last_dial = Some(outcome.status);
        let goto = match action {
            Some(url) => Some(self.action(
                Kind::DialAction,
                Some(url.as_str()),
                dial.method.as_deref(),
                params::dial_action(&outcome),
            )?),
            None => None,
        };
        if self.dialling.is_recalled() && !self.is_over() {
            if let Some(goto) = goto {
                self.tell_later(goto);
            }
            drop(going_on);
            // The other instructions come next; they end this.
            return std::future::pending().await;
        }
        match (outcome.parent_hung_up || self.is_over(), goto) {
            (false, Some(goto)) => Ok(Step::Goto(goto)),
            (false, None) => Ok(Step::Next),
            (true, goto) => {
                if let Some(goto) = goto {
                    self.tell(goto).await;
                }
                Err(Stop::HungUp)
            }
        }
    }

    /// Whom the document names, and what is to be told of each. A number that is none is left out
    /// with error 13223.
    fn targets(&self, dial: &Dial) -> Result<(Vec<DialTarget>, Vec<Option<Wish>>), CallError> {
        let mut targets = Vec::new();
        let mut wishes = Vec::new();
        for noun in &dial.nouns {
            let (target, callback, events, method) = match noun {
                Noun::Number(number) => (
                    self.number(&number.number),
                    &number.status_callback,
                    &number.status_callback_event,
                    &number.status_callback_method,
                ),
                Noun::Client(client) => (
                    self.client(client),
                    &client.status_callback,
                    &client.status_callback_event,
                    &client.status_callback_method,
                ),
                Noun::Sip(sip) => (
                    Some(DialTarget::Sip(sip.uri.to_string())),
                    &sip.status_callback,
                    &sip.status_callback_event,
                    &sip.status_callback_method,
                ),
                Noun::Other(element) => return Err(unknown_noun(&element.name)),
            };
            let Some(target) = target else { continue };
            let wish = match callback {
                Some(url) => Some(Wish {
                    target: Target {
                        url: self.resolve(Some(url))?,
                        method: Method::from_attribute(method.as_deref()),
                    },
                    events: events.clone(),
                }),
                None => None,
            };
            targets.push(target);
            wishes.push(wish);
        }
        if let Some(target) = dial.text.as_deref().and_then(|text| self.number(text)) {
            targets.push(target);
            wishes.push(None);
        }
        if targets.len() > MAX_TARGETS {
            self.exchange.log(format!(
                "TwiML: Dial calls the first {MAX_TARGETS} of {}",
                targets.len()
            ));
            targets.truncate(MAX_TARGETS);
        }
        Ok((targets, wishes))
    }

    fn number(&self, text: &str) -> Option<DialTarget> {
        let number: String = text
            .chars()
            .filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')'))
            .collect();
        if is_e164(&number) {
            return Some(DialTarget::Number(number));
        }
        self.note(&CallError {
            code: 13_223,
            message: format!(
                "<Dial> is to call {}, which is not a number; write it as +12025550101",
                mask(text)
            ),
        });
        None
    }

    fn client(&self, client: &twiml::Client) -> Option<DialTarget> {
        if client.identity.is_empty() {
            self.note(&CallError {
                code: 12_200,
                message: "<Client> names nobody".to_owned(),
            });
            return None;
        }
        Some(DialTarget::Client {
            name: client.identity.to_string(),
            parameters: client
                .parameters
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .collect(),
        })
    }

    /// Why nobody can be called, if so: nobody is left, or a number would see no number.
    fn problem(&self, targets: &[DialTarget], how: &DialHow) -> Option<CallError> {
        if targets.is_empty() {
            return Some(CallError {
                code: 13_223,
                message: "<Dial> calls nobody".to_owned(),
            });
        }
        let from = self.leg.facts().from;
        let caller_id = how.caller_id.as_deref().unwrap_or(&from);
        let numbers = targets
            .iter()
            .any(|target| matches!(target, DialTarget::Number(_)));
        (numbers && !is_e164(caller_id)).then(|| CallError {
            code: 13_214,
            message: format!(
                "<Dial> calls a number as {}; set callerId to a number of the account",
                mask(caller_id)
            ),
        })
    }

    /// Starts to tell the nouns' callbacks what happens; the events of all go out in order.
    fn progress(&mut self, wishes: Vec<Option<Wish>>) -> mpsc::UnboundedSender<ChildEvent> {
        let (progress, mut events) = mpsc::unbounded_channel::<ChildEvent>();
        let (exchange, deliverer) = (self.exchange.clone(), self.deliverer.clone());
        let account = self.settings.account_sid.clone();
        let parent = self.leg.facts().call_sid;
        self.callbacks.spawn(async move {
            let mut sequences: HashMap<CallSid, u32> = HashMap::new();
            while let Some(event) = events.recv().await {
                let wish = wishes.get(event.target).and_then(Option::as_ref);
                let Some(wish) = wish.filter(|wish| wish.wants(event.event)) else {
                    continue;
                };
                let sequence = sequences.entry(event.call_sid.clone()).or_default();
                let now_s = now_ms() / 1_000;
                let request = Request {
                    kind: Kind::Progress,
                    target: wish.target.clone(),
                    call_sid: event.call_sid.clone(),
                    params: params::progress(&event, &parent, &account, *sequence, now_s),
                };
                *sequence += 1;
                // What comes of it is in the log; the call does not depend on it.
                let _ = deliver(&exchange, &deliverer, &request).await;
            }
        });
        progress
    }

    fn dial_passed_over(&self, dial: &Dial) {
        let record = dial.record.as_deref();
        self.passed_over(
            "Dial",
            &[
                (
                    "record",
                    record.is_some_and(|value| !matches!(value, "do-not-record" | "false")),
                ),
                ("sequential", dial.sequential == Some(true)),
                ("ringTone", dial.ring_tone.is_some()),
            ],
        );
        let whispers = dial.nouns.iter().any(|noun| match noun {
            Noun::Number(number) => number.url.is_some(),
            Noun::Client(client) => client.url.is_some(),
            Noun::Sip(sip) => sip.url.is_some(),
            Noun::Other(_) => false,
        });
        let send_digits = dial.nouns.iter().any(|noun| match noun {
            Noun::Number(number) => number.send_digits.is_some(),
            Noun::Client(_) | Noun::Sip(_) | Noun::Other(_) => false,
        });
        self.passed_over(
            "the noun's",
            &[("url", whispers), ("sendDigits", send_digits)],
        );
    }
}

/// `+`, a country code, and at most 15 digits in all.
fn is_e164(number: &str) -> bool {
    number.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len())
            && !digits.starts_with('0')
            && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn not_dialled<E: Exchange>(player: &Player<E>) -> DialOutcome {
    DialOutcome {
        status: DialCallStatus::Failed,
        child: None,
        duration_s: 0,
        bridged: false,
        parent_hung_up: player.is_over(),
    }
}

#[cfg(test)]
mod tests {
    use super::is_e164;

    #[test]
    fn a_number_has_a_plus_a_country_code_and_at_most_fifteen_digits() {
        for number in ["+12025550101", "+4930123456", "+123456789012345"] {
            assert!(is_e164(number), "{number}");
        }
        for text in [
            "",
            "+",
            "12025550101",
            "+02025550101",
            "+123456",
            "+1234567890123456",
            "+1202555010a",
            "client:desk_2",
            "911",
        ] {
            assert!(!is_e164(text), "{text}");
        }
    }
}
