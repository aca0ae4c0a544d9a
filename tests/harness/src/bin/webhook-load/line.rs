//! One connection: a request out, an answer in.

use anyhow::{Context, Result, bail, ensure};
use mio::net::TcpStream;
use std::io::{ErrorKind, Read, Write};
use std::time::Instant;

/// The longest answer that is read, in bytes.
const LONGEST: usize = 16 * 1024;

/// A connection, kept alive.
pub(crate) struct Line {
    pub(crate) stream: TcpStream,
    /// The request; the caller fills it in.
    pub(crate) request: Vec<u8>,
    /// How much of it is written.
    written: usize,
    answer: Vec<u8>,
    /// How much of the answer is there.
    read: usize,
    /// When the present request was due; `None` when there is none.
    pub(crate) due: Option<Instant>,
}

impl Line {
    pub(crate) fn new(stream: TcpStream, request: Vec<u8>) -> Self {
        Self {
            stream,
            request,
            written: 0,
            answer: vec![0; LONGEST],
            read: 0,
            due: None,
        }
    }

    /// Begins to send the request.
    pub(crate) fn send(&mut self, due: Instant) -> Result<()> {
        self.due = Some(due);
        self.written = 0;
        self.read = 0;
        self.write()
    }

    /// Sends what is left of the request.
    pub(crate) fn write(&mut self) -> Result<()> {
        while self.due.is_some() && self.written < self.request.len() {
            match self.stream.write(&self.request[self.written..]) {
                Ok(some) => self.written += some,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error).context("a request could not be sent"),
            }
        }
        Ok(())
    }

    /// Reads what is there; the whole answer once all of it is.
    pub(crate) fn read(&mut self) -> Result<Option<Answer<'_>>> {
        loop {
            ensure!(
                self.read < LONGEST,
                "an answer is longer than {LONGEST} bytes"
            );
            match self.stream.read(&mut self.answer[self.read..]) {
                Ok(0) => bail!("the server closed a connection"),
                Ok(some) => self.read += some,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(error).context("an answer could not be read"),
            }
            ensure!(self.due.is_some(), "an answer came that was not asked for");
            if let Some((head, end)) = measure(&self.answer[..self.read])? {
                ensure!(end == self.read, "more came than one answer");
                self.due = None;
                return Ok(Some(Answer {
                    head: &self.answer[..head],
                    body: &self.answer[head..end],
                }));
            }
        }
    }
}

/// A whole answer.
pub(crate) struct Answer<'a> {
    head: &'a [u8],
    pub(crate) body: &'a [u8],
}

impl Answer<'_> {
    /// Fails unless it is what a call that comes in is answered: 200, and TwiML that dials.
    ///
    /// # Errors
    /// Tells what came instead.
    pub(crate) fn check(&self, first: &[u8]) -> Result<()> {
        let is_right = self.head.starts_with(b"HTTP/1.1 200 ") && self.body == first;
        ensure!(is_right, "an answer is not as the first:\n{}", self.text());
        Ok(())
    }

    /// The same for the first answer, to which no other can be compared.
    ///
    /// # Errors
    /// Tells what came instead.
    pub(crate) fn check_first(&self) -> Result<()> {
        let head = String::from_utf8_lossy(self.head).to_ascii_lowercase();
        let body = String::from_utf8_lossy(self.body);
        let is_right = head.starts_with("http/1.1 200 ")
            && (head.contains("\r\ncontent-type: application/xml")
                || head.contains("\r\ncontent-type: text/xml"))
            && body.contains("<Response>")
            && body.contains("<Dial ");
        ensure!(is_right, "the first answer is no call:\n{}", self.text());
        Ok(())
    }

    fn text(&self) -> String {
        let all = [self.head, self.body].concat();
        String::from_utf8_lossy(&all).into_owned()
    }
}

/// Where the head ends and where the answer ends, if all of it is there.
fn measure(answer: &[u8]) -> Result<Option<(usize, usize)>> {
    const END: &[u8] = b"\r\n\r\n";
    const LENGTH: &[u8] = b"content-length:";
    let head = answer.windows(END.len()).position(|four| four == END);
    let Some(head) = head.map(|at| at + END.len()) else {
        return Ok(None);
    };
    let length = answer[..head]
        .split(|byte| *byte == b'\n')
        .find_map(|line| {
            let (name, value) = line.split_at_checked(LENGTH.len())?;
            name.eq_ignore_ascii_case(LENGTH).then_some(value)
        });
    let length = length
        .and_then(|value| {
            std::str::from_utf8(value)
                .ok()?
                .trim()
                .parse::<usize>()
                .ok()
        })
        .context("an answer does not say how long it is")?;
    let end = head.saturating_add(length);
    Ok((end <= answer.len()).then_some((head, end)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &[u8] = b"HTTP/1.1 200 OK\r\ndate: x\r\nContent-Length: 3\r\n\r\nabc";

    #[test]
    fn an_answer_is_whole_when_its_last_byte_is_there() {
        for some in 0..WHOLE.len() {
            assert_eq!(measure(&WHOLE[..some]).unwrap(), None, "{some} bytes");
        }
        assert_eq!(
            measure(WHOLE).unwrap(),
            Some((WHOLE.len() - 3, WHOLE.len()))
        );
    }

    #[test]
    fn an_answer_without_a_length_is_an_error() {
        assert!(measure(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").is_err());
        assert!(measure(b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n").is_err());
    }

    #[test]
    fn only_an_answer_that_dials_counts() {
        let check = |head: &str, body: &str| {
            let answer = Answer {
                head: head.as_bytes(),
                body: body.as_bytes(),
            };
            answer.check_first().is_ok()
        };
        let (head, body) = (
            "HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n\r\n",
            "<Response><Dial timeout=\"1\"/></Response>",
        );
        assert!(check(head, body));
        assert!(!check(head, "<Response><Hangup/></Response>"));
        assert!(!check(&head.replace("200", "403"), body));
        assert!(!check(&head.replace("xml", "json"), body));
    }

    #[test]
    fn an_answer_must_be_as_the_first() {
        let answer = Answer {
            head: b"HTTP/1.1 200 OK\r\n\r\n",
            body: b"a",
        };
        assert!(answer.check(b"a").is_ok());
        assert!(answer.check(b"b").is_err());
    }
}
