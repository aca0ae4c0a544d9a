//! What the player asks by webhook: documents, and callbacks that nobody waits for.

use super::{
    Goto, Player,
    document::{self, Document},
    ports::{CallError, Exchange, Leg},
};
use crate::{
    log::now_ms,
    webhook::{
        Answer, Deliverer, DeliveryError, Kind, Request, Target,
        params::{self, Params},
    },
};

impl<E: Exchange> Player<E> {
    /// Fetches a document, from the fallback address if need be.
    pub(super) async fn document(&mut self, goto: Goto) -> Result<Document, CallError> {
        self.fetched += 1;
        if self.fetched > self.settings.documents {
            return Err(CallError {
                code: CallError::SANDBOX,
                message: format!(
                    "the call asked for more than {} documents; its TwiML goes round in a circle",
                    self.settings.documents
                ),
            });
        }
        let url = goto.target.url.clone();
        let mut params = self.voice_params();
        params.extend(goto.params);
        let error = match self.fetch(goto.kind, goto.target, params.clone()).await {
            Ok(document) => return Ok(document),
            Err(error) => error,
        };
        let Some(fallback) = self.fallback.clone() else {
            return Err(error);
        };
        self.note(&error);
        params.extend(params::fallback(error.code, url.as_str()));
        self.fetch(Kind::Fallback, fallback, params).await
    }

    async fn fetch(
        &self,
        kind: Kind,
        target: Target,
        params: Params,
    ) -> Result<Document, CallError> {
        let method = target.method;
        let answer = self
            .deliver(kind, target, params)
            .await
            .map_err(|error| call_error(&error))?;
        let (url, id) = (answer.url.clone(), answer.id);
        match document::content(&answer) {
            Ok(content) => Ok(Document {
                target: Target { url, method },
                content,
            }),
            Err(error) => {
                self.deliverer.mark(id, error.code);
                Err(error)
            }
        }
    }

    /// Delivers a webhook and says so in the log.
    pub(super) async fn deliver(
        &self,
        kind: Kind,
        target: Target,
        params: Params,
    ) -> Result<Answer, DeliveryError> {
        let request = Request {
            kind,
            target,
            call_sid: self.leg.facts().call_sid,
            params,
        };
        deliver(&self.exchange, &self.deliverer, &request).await
    }

    /// Delivers a webhook that nobody waits for.
    pub(super) fn deliver_later(&mut self, kind: Kind, target: Target, params: Params) {
        let (exchange, deliverer) = (self.exchange.clone(), self.deliverer.clone());
        let request = Request {
            kind,
            target,
            call_sid: self.leg.facts().call_sid,
            params,
        };
        self.callbacks.spawn(async move {
            // What comes of it is in the log; the call does not depend on it.
            let _ = deliver(&exchange, &deliverer, &request).await;
        });
    }

    /// The parameters that every request for instructions has, as things are now.
    pub(super) fn voice_params(&self) -> Params {
        params::voice(
            &self.leg.facts(),
            &self.settings.account_sid,
            self.status(),
            &self.call_token,
        )
    }

    /// Tells the status callback that the call is over.
    pub(super) async fn tell_end(&mut self, target: Target) {
        let mut params = self.voice_params();
        let duration_s = self.leg.answered_for_s();
        params.extend(params::call_status(duration_s, now_ms() / 1_000));
        // What comes of it is in the log; there is nothing left that could depend on it.
        let _ = self.deliver(Kind::CallStatus, target, params).await;
    }
}

/// Delivers a webhook and says so in the log.
pub(crate) async fn deliver<E: Exchange>(
    exchange: &E,
    deliverer: &Deliverer,
    request: &Request,
) -> Result<Answer, DeliveryError> {
    let outcome = deliverer.deliver(request).await;
    let method = request.target.method.as_str();
    let path = request.target.url.path();
    exchange.log(match &outcome {
        Ok(answer) => format!(
            "webhook {method} {path}: {} in {} ms, signed",
            answer.status, answer.ms
        ),
        Err(error) => format!("webhook {method} {path}: {error} after {} ms", error.ms),
    });
    outcome
}

pub(super) fn call_error(error: &DeliveryError) -> CallError {
    CallError {
        code: error.code,
        message: format!(
            "the webhook server did not answer well: {}; see that it runs at its address",
            error.reason
        ),
    }
}
