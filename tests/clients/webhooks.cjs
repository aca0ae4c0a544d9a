// The webhook server that Handset's is measured beside: express, with the middleware of Twilio's
// official library, which checks each signature. Its answer is the one of Handset. Run by
// `cargo xtask bench`, which reads the one line it prints: where it listens.

"use strict";

const express = require("express");
const twilio = require("twilio");

const {
  TWILIO_AUTH_TOKEN,
  HANDSET_IDENTITY,
  HANDSET_PUBLIC_URL,
} = process.env;
const publicUrl = new URL(HANDSET_PUBLIC_URL);
const at = (path) => `${publicUrl.origin}${path}`;

const app = express();
app.use(express.urlencoded({ extended: false }));
const signed = twilio.webhook(TWILIO_AUTH_TOKEN, {
  protocol: publicUrl.protocol.replace(":", ""),
  host: publicUrl.host,
});
app.post("/voice/incoming", signed, (request, answer) => {
  const response = new twilio.twiml.VoiceResponse();
  const dial = response.dial({
    answerOnBridge: true,
    timeout: 25,
    action: at("/voice/incoming/result"),
    method: "POST",
    callerId: request.body.From,
  });
  dial.client(
    {
      statusCallback: at("/voice/status"),
      statusCallbackEvent: ["initiated", "ringing", "answered", "completed"],
    },
    HANDSET_IDENTITY,
  );
  answer.type("application/xml").send(response.toString());
});

const server = app.listen(0, "127.0.0.1", (error) => {
  if (error) throw error;
  console.log(JSON.stringify({ public_listener: `127.0.0.1:${server.address().port}` }));
});
