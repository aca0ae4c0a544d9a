//! Packets in, what is played out.

use super::*;
use proptest::prelude::*;

const FRAME: u32 = 960;

fn payload(number: u32) -> Arc<[u8]> {
    number.to_be_bytes().into()
}

/// A buffer and a sender that counts its packets from `start`.
struct Stream {
    jitter: Jitter,
    start: u32,
}

impl Stream {
    fn new() -> Self {
        // Close to the rollover of the timestamp, so that every test crosses it.
        Self {
            jitter: Jitter::new(FRAME),
            start: u32::MAX - 5 * FRAME,
        }
    }

    fn push(&mut self, number: u32) {
        self.push_at(u64::from(number), number);
    }

    fn push_at(&mut self, sequence: u64, number: u32) {
        let timestamp = self.start.wrapping_add(number * FRAME);
        self.jitter
            .push(sequence, timestamp, FRAME, payload(number));
    }

    fn push_all(&mut self, numbers: impl IntoIterator<Item = u32>) {
        numbers.into_iter().for_each(|number| self.push(number));
    }

    /// What comes out, in words: `7` packet, `6+7` both, `(7)` spare in 7, `~`, `_`, `.`.
    fn pop(&mut self) -> String {
        let number = |p: Arc<[u8]>| u32::from_be_bytes(p[..].try_into().unwrap());
        match self.jitter.pop() {
            Some(Next::Packet(p)) => number(p).to_string(),
            Some(Next::Squeeze(a, b)) => format!("{}+{}", number(a), number(b)),
            Some(Next::Spare(p)) => format!("({})", number(p)),
            Some(Next::Conceal) => "~".into(),
            Some(Next::Silence) => "_".into(),
            None => ".".into(),
        }
    }

    fn pops(&mut self, count: usize) -> String {
        (0..count).map(|_| self.pop()).collect::<Vec<_>>().join(" ")
    }

    /// Pushes each number and pops once after it.
    fn steady(&mut self, numbers: std::ops::Range<u32>) -> String {
        let popped = numbers.map(|number| {
            self.push(number);
            self.pop()
        });
        popped.collect::<Vec<_>>().join(" ")
    }
}

#[test]
fn holds_back_40_ms_then_plays_in_step() {
    let mut stream = Stream::new();
    assert_eq!(stream.pops(2), ". .");
    assert_eq!(stream.steady(0..8), ". 0 1 2 3 4 5 6");
    assert_eq!(stream.jitter.lost(), 0);
}

#[test]
fn plays_a_lone_packet_after_waiting() {
    let mut stream = Stream::new();
    stream.push(0);
    assert_eq!(stream.pops(5), ". . 0 ~ ~");
}

#[test]
fn puts_reordered_packets_in_order_and_drops_copies() {
    let mut stream = Stream::new();
    stream.push_all([1, 0, 0, 3, 2, 1]);
    assert_eq!(stream.pops(4), "0 1 2 3");
    assert_eq!(stream.jitter.lost(), 0);
}

#[test]
fn offers_the_spare_copy_of_a_single_loss() {
    let mut stream = Stream::new();
    stream.push_all([0, 1, 3, 4]);
    assert_eq!(stream.pops(5), "0 1 (3) 3 4");
    assert_eq!(stream.jitter.lost(), 1);
}

#[test]
fn waits_for_spare_copies_where_much_is_lost() {
    let mut stream = Stream::new();
    let popped: Vec<String> = (0..1_000)
        .map(|number| {
            // Every other packet comes after the playout's turn, every tenth never.
            if number % 2 == 0 && number % 10 != 0 {
                stream.push(number);
            }
            let popped = stream.pop();
            if number % 2 == 1 {
                stream.push(number);
            }
            popped
        })
        .collect();
    let counted = |popped: &[String]| {
        let begins = |with| popped.iter().filter(|p| p.starts_with(with)).count();
        (begins('~'), begins('('))
    };
    // Each loss is heard by its copy, once the buffer has learnt of them.
    assert_eq!(counted(&popped[500..]), (0, 50));
}

#[test]
fn takes_the_spare_copy_of_a_long_packet_whole() {
    const LONG: u32 = 3 * FRAME;
    let mut stream = Stream::new();
    for number in [0, 2] {
        let sequence = u64::from(number);
        stream
            .jitter
            .push(sequence, number * LONG, LONG, payload(number));
    }
    assert_eq!(stream.pops(3), "0 (2) 2");
    assert_eq!(stream.jitter.lost(), 3);
    assert_eq!(stream.jitter.clock, i64::from(3 * LONG));
}

#[test]
fn conceals_a_longer_loss_up_to_its_last_frame() {
    let mut stream = Stream::new();
    stream.push_all([0, 1, 5]);
    assert_eq!(stream.pops(6), "0 1 ~ ~ (5) 5");
    assert_eq!(stream.jitter.lost(), 3);
}

#[test]
fn goes_back_for_packets_that_are_merely_late() {
    let mut stream = Stream::new();
    stream.push_all(0..2);
    assert_eq!(stream.pops(5), "0 1 ~ ~ ~");
    stream.push_all(2..7);
    assert_eq!(stream.pops(5), "2 3 4 5 6");
    assert_eq!(stream.jitter.lost(), 0);
}

#[test]
fn falls_silent_and_fills_anew_when_nothing_comes() {
    let mut stream = Stream::new();
    stream.push_all(0..2);
    assert_eq!(stream.pops(9), "0 1 ~ ~ ~ ~ ~ _ _");
    while stream.pop() != "." {}
    stream.push_all([300]);
    assert_eq!(stream.pops(3), ". . 300");
    assert_eq!(stream.jitter.lost(), 298);
}

#[test]
fn counts_no_loss_across_a_key_press() {
    let mut stream = Stream::new();
    stream.push_all(0..2);
    stream.jitter.excuse();
    assert_eq!(stream.pops(6), "0 1 ~ ~ ~ ~");
    stream.push_all(6..8);
    assert_eq!(stream.pops(2), "6 7");
    assert_eq!(stream.jitter.lost(), 0);
    stream.push_all([9]);
    stream.pops(2);
    assert_eq!(stream.jitter.lost(), 1);
}

#[test]
fn gives_up_delay_that_is_not_needed() {
    let mut stream = Stream::new();
    stream.push_all(0..2);
    assert_eq!(stream.pop(), "0");
    stream.push_all(2..7);
    let popped = stream.steady(7..207);
    let squeezed = popped.matches('+').count();
    // From six waiting frames down to one, once each half second.
    assert_eq!(squeezed, 5, "{popped}");
    assert!(!popped.contains(['~', '(']), "{popped}");
    assert!(popped.ends_with(" 205"), "{popped}");
}

#[test]
fn holds_400_ms_at_most() {
    let mut stream = Stream::new();
    stream.push_all(0..2);
    assert_eq!(stream.pop(), "0");
    stream.push_all(2..100);
    assert_eq!(stream.pop(), "80");
    assert_eq!(stream.jitter.lost(), 0);
    assert_eq!(stream.jitter.discarded(), 79);
}

#[test]
fn drops_what_came_before_anybody_listened() {
    let mut stream = Stream::new();
    stream.push_all(0..50);
    assert_eq!(stream.pops(2), "48 49");
    assert_eq!(stream.jitter.lost(), 0);
}

#[test]
fn counts_no_loss_where_silence_was_not_sent() {
    let mut stream = Stream::new();
    stream.push_all(0..2);
    stream.jitter.rest(true);
    assert_eq!(stream.pops(12), "0 1 ~ ~ ~ ~ ~ ~ ~ ~ ~ ~");
    stream.push_at(2, 20);
    stream.jitter.rest(false);
    stream.push_at(3, 21);
    while stream.pop() != "21" {}
    assert_eq!(stream.jitter.lost(), 0);
    stream.push_at(5, 23);
    assert_eq!(stream.pops(2), "(23) 23");
    assert_eq!(stream.jitter.lost(), 1);
}

#[test]
fn starts_anew_with_another_stream() {
    let mut stream = Stream::new();
    stream.push_all(0..2);
    assert_eq!(stream.pops(2), "0 1");
    stream.start = 77;
    stream.push_all(1_000_000..1_000_002);
    assert_eq!(stream.pops(2), "1000000 1000001");
    assert_eq!(stream.jitter.lost(), 0);
}

#[test]
fn holds_a_sender_whose_clock_is_slow() {
    // 1 % slow is thirty times worse than a bad sound card.
    let mut stream = Stream::new();
    let mut popped = Vec::new();
    for number in 0..500 {
        stream.push(number);
        popped.push(stream.pop());
        if number % 100 == 99 {
            popped.push(stream.pop());
        }
    }
    let concealed = popped.iter().filter(|p| p.contains(['~', '('])).count();
    assert!(concealed <= 5, "{popped:?}");
    assert_eq!(stream.jitter.lost(), 0, "{popped:?}");
}

proptest! {
    #[test]
    fn plays_each_packet_at_most_once_and_in_order(
        steps in prop::collection::vec((0u32..40, 0usize..3), 1..300)
    ) {
        let mut stream = Stream::new();
        let mut last = None;
        for (at, (ahead, pops)) in steps.into_iter().enumerate() {
            stream.push(at as u32 + ahead);
            for _ in 0..pops {
                let popped = stream.pop();
                for number in popped.split('+').filter_map(|n| n.parse::<u32>().ok()) {
                    prop_assert!(last.is_none_or(|last| number > last), "{number} after {last:?}");
                    last = Some(number);
                }
            }
            prop_assert!(stream.jitter.packets.len() <= MOST_FRAMES as usize + 1);
        }
    }
}
