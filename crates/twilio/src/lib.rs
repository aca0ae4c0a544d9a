//! Twilio's rules: access tokens, request signatures, webhook parameters, SIDs
