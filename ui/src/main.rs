//! Handset's page: Yew over the Twilio Voice JS SDK.

fn main() {
    handset_ui::start();
}
