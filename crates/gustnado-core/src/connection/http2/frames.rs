//! The heads of HTTP/2 frames in what a peer sends, counted. Pure; it must not know what is done to a
//! peer that sends too many.

use crate::{connection::clock::Tick, limits::CONTROL_PIECE};

/// The connection preface, which stands before the first frame.
const PREFACE: usize = 24;

/// What stands before the payload of each frame (RFC 9113 section 4.1).
const HEAD: usize = 9;

const HEADERS: u8 = 1;
const PRIORITY: u8 = 2;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const CONTINUATION: u8 = 9;

/// Sees frames go by, in whatever pieces they come.
#[derive(Debug)]
pub(in crate::connection) struct Frames {
    /// Bytes that are still to come before the next head.
    skip: usize,
    head: [u8; HEAD],
    /// Bytes of the head that have come.
    have: usize,
    /// Frames that ask for work and carry none of a request: SETTINGS, PING, PRIORITY and those of
    /// unknown types. Wraps.
    control: u32,
    /// Until when they are counted together, and how many there were before.
    until: Tick,
    before: u32,
    /// How many there were when last asked.
    asked: u32,
    /// The last stream that the peer has begun.
    pub(in crate::connection) stream: u32,
}

impl Default for Frames {
    fn default() -> Self {
        Self {
            skip: PREFACE,
            head: [0; HEAD],
            have: 0,
            control: 0,
            until: 0,
            before: 0,
            asked: 0,
            stream: 0,
        }
    }
}

impl Frames {
    /// Looks at the next bytes.
    pub(in crate::connection) fn see(&mut self, mut bytes: &[u8]) {
        loop {
            let skipped = self.skip.min(bytes.len());
            self.skip -= skipped;
            bytes = &bytes[skipped..];
            if bytes.is_empty() {
                return;
            }
            let taken = (HEAD - self.have).min(bytes.len());
            self.head[self.have..self.have + taken].copy_from_slice(&bytes[..taken]);
            self.have += taken;
            bytes = &bytes[taken..];
            if self.have < HEAD {
                return;
            }
            self.have = 0;
            self.count();
        }
    }

    /// Whether more control frames than `most` have come in the time that they are counted together.
    /// If that is over `now`, a new one lasts `until` then.
    pub(in crate::connection) fn is_flood(&mut self, most: u32, now: Tick, until: Tick) -> bool {
        if now >= self.until {
            self.until = until;
            self.before = self.asked;
        }
        self.asked = self.control;
        self.control.wrapping_sub(self.before) > most
    }

    /// Whether it is time to ask again, before more is read.
    pub(in crate::connection) fn asks(&self) -> bool {
        self.control.wrapping_sub(self.asked) > CONTROL_PIECE
    }

    fn count(&mut self) {
        let [l0, l1, l2, kind, _flags, s0, s1, s2, s3] = self.head;
        self.skip = u32::from_be_bytes([0, l0, l1, l2]) as usize;
        match kind {
            HEADERS => self.stream = u32::from_be_bytes([s0 & 0x7f, s1, s2, s3]),
            PRIORITY | SETTINGS | PING => self.control = self.control.wrapping_add(1),
            kind if kind > CONTINUATION => self.control = self.control.wrapping_add(1),
            _ => {}
        }
    }
}

/// A GOAWAY that says `ENHANCE_YOUR_CALM` (RFC 9113 sections 6.8 and 7).
pub(in crate::connection) fn enhance_your_calm(stream: u32) -> [u8; HEAD + 8] {
    let mut frame = [0, 0, 8, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 11];
    frame[HEAD..HEAD + 4].copy_from_slice(&stream.to_be_bytes());
    frame
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bytes(frames: &[(u8, u32, Vec<u8>)]) -> Vec<u8> {
        let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
        for (kind, stream, payload) in frames {
            bytes.extend(&(payload.len() as u32).to_be_bytes()[1..]);
            bytes.extend([*kind, 0xff]);
            bytes.extend(stream.to_be_bytes());
            bytes.extend(payload);
        }
        bytes
    }

    #[test]
    fn control_frames_are_counted_and_others_not() {
        for (kind, count) in [
            (0, 0),
            (1, 0),
            (2, 1),
            (3, 0),
            (4, 1),
            (6, 1),
            (7, 0),
            (8, 0),
            (9, 0),
            (10, 1),
            (255, 1),
        ] {
            let mut frames = Frames::default();
            frames.see(&bytes(&[(kind, 3, vec![6; 20])]));
            assert_eq!(frames.control, count, "{kind}");
            assert_eq!(frames.stream, if kind == 1 { 3 } else { 0 });
        }
    }

    #[test]
    fn a_flood_is_many_frames_in_one_time() {
        let ten = bytes(&vec![(PING, 0, vec![0; 8]); 10])[PREFACE..].to_vec();
        let mut frames = Frames::default();
        frames.see(&bytes(&[]));
        // When ten more came, and whether those are too many.
        for (now, is_flood) in [
            (0, false),
            (39, false),
            (40, false),
            (41, false),
            (90, false),
            (91, false),
            (92, true),
        ] {
            frames.see(&ten);
            assert_eq!(frames.is_flood(25, now, now + 40), is_flood, "{now}");
        }
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(
            sent in prop::collection::vec(
                (0u8..12, 0u32..1 << 31, prop::collection::vec(any::<u8>(), 0..40)),
                0..20,
            ),
            pieces in prop::collection::vec(1usize..30, 1..20),
        ) {
            let all = bytes(&sent);
            let mut frames = Frames::default();
            let mut rest = &all[..];
            for piece in pieces.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (now, later) = rest.split_at((*piece).min(rest.len()));
                frames.see(now);
                rest = later;
            }
            let is_control = |kind: u8| matches!(kind, 2 | 4 | 6 | 10..);
            let control = sent.iter().filter(|(kind, ..)| is_control(*kind)).count();
            prop_assert_eq!(frames.control as usize, control);
            let begun = sent.iter().rev().find(|(kind, ..)| *kind == 1);
            prop_assert_eq!(frames.stream, begun.map_or(0, |(_, stream, _)| *stream));
        }
    }
}
