//! Twilio, offline: signalling, media, TwiML player, signed webhooks, scripted phones, faults
