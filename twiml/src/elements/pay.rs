//! `<Pay>` and what it says.

use super::element;
use crate::Node;

element! {
    /// Asks for a card or bank account, and takes a payment.
    Pay = "Pay", text Absent, holds [Prompt Parameter], as nothing(children)
    content {
        /// What stands in it: [`Prompt`] and [`Parameter`](crate::Parameter).
        children: Vec<Node>,
    }
    attributes {
        /// Which of the account's connectors takes the payment.
        payment_connector: text = "paymentConnector",
        /// What is paid with.
        payment_method: one(PaymentMethod) = "paymentMethod",
        /// How much; with 0, only a token is made.
        charge_amount: text = "chargeAmount",
        /// The currency of the amount, such as `usd`.
        currency: text = "currency",
        /// What it is for.
        description: text = "description",
        /// Where to go on afterwards.
        action: text = "action",
        /// Where to post how it goes.
        status_callback: text = "statusCallback",
        /// `GET` or `POST`, for `status_callback`.
        status_callback_method: text(Method) = "statusCallbackMethod",
        /// What is listened for.
        input: one(PayInput) = "input",
        /// The language in which it asks.
        language: text(PayLanguages) = "language",
        /// How many seconds to wait for a key.
        timeout_s: number = "timeout",
        /// How often it asks for the same thing.
        max_attempts: number(1, 3) = "maxAttempts",
        /// Whether it asks for the code on the card.
        security_code: flag = "securityCode",
        /// Whether it asks for a postal code, or the postal code.
        postal_code: text = "postalCode",
        /// How many characters a postal code has at least.
        min_postal_code_length: number = "minPostalCodeLength",
        /// How long the token can be used.
        token_type: one(TokenType) = "tokenType",
        /// Which cards are taken.
        valid_card_types: words(CardType) = "validCardTypes",
        /// The kind of the bank account.
        bank_account_type: one(BankAccountType) = "bankAccountType",
    }
}

element! {
    /// What `<Pay>` says at a step.
    Prompt = "Prompt", text Absent, holds [Say Play Pause], as nothing(children)
    content {
        /// What stands in it: [`Say`](crate::Say), [`Play`](crate::Play), [`Pause`](crate::Pause).
        children: Vec<Node>,
    }
    attributes {
        /// The step.
        for_step: one(PromptFor) = "for",
        /// After which mistakes.
        error_type: words(PromptError) = "errorType",
        /// For which cards.
        card_type: words(CardType) = "cardType",
        /// At which attempts, counted from 1.
        attempt: numbers = "attempt",
        /// Whether it has to be entered twice, alike.
        require_matching_inputs: flag = "requireMatchingInputs",
    }
}
