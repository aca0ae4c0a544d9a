//! `<ConversationRelay>`: speech as text, over a WebSocket.

use super::element;
use crate::Node;

element! {
    /// Sends what the caller says as text over a WebSocket, and speaks what comes back.
    ConversationRelay = "ConversationRelay", text Absent, holds [Language Parameter],
    as nothing(children)
    content {
        /// What stands in it: [`Language`], [`Parameter`](crate::Parameter).
        children: Vec<Node>,
    }
    attributes {
        /// Where to, such as `wss://agent.example.com`.
        url: text = "url",
        /// What is said first.
        welcome_greeting: text = "welcomeGreeting",
        /// What may interrupt the greeting: `any`, `speech`, `dtmf` or `none`.
        welcome_greeting_interruptible: text = "welcomeGreetingInterruptible",
        /// The language of both sides.
        language: text = "language",
        /// The language that is spoken to the caller.
        tts_language: text = "ttsLanguage",
        /// Who speaks, such as `ElevenLabs`.
        tts_provider: text = "ttsProvider",
        /// The voice.
        voice: text = "voice",
        /// The language of the caller.
        transcription_language: text = "transcriptionLanguage",
        /// Who recognises the speech, such as `Deepgram`.
        transcription_provider: text = "transcriptionProvider",
        /// Which kind of speech the recognition is made for.
        speech_model: text = "speechModel",
        /// Words to expect in the speech.
        hints: text = "hints",
        /// What may interrupt what is spoken: `any`, `speech`, `dtmf` or `none`.
        interruptible: text = "interruptible",
        /// How easily speech interrupts: `low`, `medium` or `high`.
        interrupt_sensitivity: text = "interruptSensitivity",
        /// Whether what comes later may stop what is being spoken.
        preemptible: flag = "preemptible",
        /// Whether keys are told.
        dtmf_detection: flag = "dtmfDetection",
        /// Whether words are told before the caller has finished.
        partial_prompts: flag = "partialPrompts",
        /// Whether unfinished words are told when the caller hangs up.
        partial_prompt_on_hangup: text = "partialPromptOnHangup",
        /// Whether the caller is heard while what is spoken cannot be interrupted.
        report_input_during_agent_speech: flag = "reportInputDuringAgentSpeech",
        /// Whether swear words are written with asterisks.
        profanity_filter: flag = "profanityFilter",
        /// How long a silence ends the speech.
        speech_timeout: text = "speechTimeout",
        /// Whether a turn's end is found by what is said.
        turn_detection: text = "turnDetection",
        /// How sure an early end of a turn is to be: 0.3 to 0.9.
        eager_eot_threshold: text = "eagerEotThreshold",
        /// Whether noise is taken out before the speech is recognised.
        background_noise_reduction: text = "backgroundNoiseReduction",
        /// Whether "yes" and "mhm" do not interrupt.
        ignore_backchannel: text = "ignoreBackchannel",
        /// Whether what the agent itself said is left out of what is heard.
        echo_prompt_filtering: text = "echoPromptFiltering",
        /// Whether numbers and dates are written as such.
        asr_smart_format: text = "asrSmartFormat",
        /// The same, for Deepgram alone.
        deepgram_smart_format: text = "deepgramSmartFormat",
        /// Whether numbers and dates are spoken as such: `auto`, `on` or `off`.
        tts_text_normalization: text = "ttsTextNormalization",
        /// Whether that follows the rules of the language.
        tts_language_text_normalization: text = "ttsLanguageTextNormalization",
        /// The older name of `tts_text_normalization`, for ElevenLabs.
        elevenlabs_text_normalization: text = "elevenlabsTextNormalization",
        /// The older name of `tts_language_text_normalization`.
        elevenlabs_language_text_normalization: text = "elevenlabsLanguageTextNormalization",
        /// What else is told with the words: `turn-state`, `prompt-segments`.
        include_in_prompt: text = "includeInPrompt",
        /// Which events are told.
        events: text = "events",
        /// Which of the account's Conversational Intelligence services gets it.
        intelligence_service: text = "intelligenceService",
        /// What the caller is called there.
        customer_name: text = "customerName",
        /// Whether the WebSocket is opened again when it breaks.
        application_reconnect: text = "applicationReconnect",
        /// What is told for the search of faults.
        debug: text = "debug",
        /// `speech_timeout` as the Node library writes it.
        speechtimeout: text = "speechtimeout",
        /// `background_noise_reduction` as the Node library writes it.
        backgroundnoisereduction: text = "backgroundnoisereduction",
        /// `ignore_backchannel` as the Node library writes it.
        ignorebackchannel: text = "ignorebackchannel",
        /// `deepgram_smart_format` as the Node library writes it.
        deepgramsmartformat: text = "deepgramsmartformat",
    }
}

element! {
    /// A language that a `<ConversationRelay>` can change to.
    Language = "Language", text Absent, holds [], as nothing(other_content)
    content {
        /// Anything that stood in it.
        other_content: Vec<Node>,
    }
    attributes {
        /// Which, such as `de-DE`.
        code: text = "code",
        /// Who speaks it.
        tts_provider: text = "ttsProvider",
        /// The voice.
        voice: text = "voice",
        /// Who recognises it.
        transcription_provider: text = "transcriptionProvider",
        /// Which kind of speech the recognition is made for.
        speech_model: text = "speechModel",
        /// Words to expect in the speech.
        hints: text = "hints",
        /// Whether numbers and dates are written as such.
        asr_smart_format: text = "asrSmartFormat",
        /// Whether numbers and dates are spoken as such: `auto`, `on` or `off`.
        tts_text_normalization: text = "ttsTextNormalization",
        /// Whether that follows the rules of the language.
        tts_language_text_normalization: text = "ttsLanguageTextNormalization",
    }
}
