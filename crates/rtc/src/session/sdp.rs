//! Session descriptions: those that come in made fit for the engine, those that go out given
//! the shape of Twilio's media gateway.
