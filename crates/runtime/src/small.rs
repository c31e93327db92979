//! A short text on the stack: numbers, instants and durations as they are written, without taking memory.
//!
//! In: pieces. Out: the text. What does not fit is left out, which no caller's text comes near.

/// The longest is a duration with all its parts.
const ROOM: usize = 64;

#[derive(Clone, Copy)]
pub struct Small {
    bytes: [u8; ROOM],
    length: usize,
}

impl Small {
    pub fn new() -> Small {
        Small { bytes: [0; ROOM], length: 0 }
    }

    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    /// Only ASCII is ever put in.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    pub fn put(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.length).filter(|_| byte.is_ascii()) {
            *place = byte;
            self.length += 1;
        }
    }

    /// With zeros before it, so that it has at least `width` digits.
    pub fn number(&mut self, number: u64, width: usize) {
        let mut digits = [b'0'; 20];
        let (mut rest, mut count) = (number, 0);
        for place in digits.iter_mut().rev() {
            if rest == 0 && count >= width.max(1) {
                break;
            }
            *place = b'0' + (rest % 10) as u8;
            rest /= 10;
            count += 1;
        }
        for digit in digits.iter().skip(digits.len() - count) {
            self.put(*digit);
        }
    }

    /// With its sign, if it is below zero; the digits as of [`Small::number`].
    pub fn signed(&mut self, number: i64, width: usize) {
        if number < 0 {
            self.put(b'-');
        }
        self.number(number.unsigned_abs(), width);
    }

    /// A point and `places` digits of a fraction, without the zeros at its end; nothing where it is zero.
    pub fn fraction(&mut self, mut number: u64, mut places: usize) {
        if number == 0 {
            return;
        }
        while number.is_multiple_of(10) {
            number /= 10;
            places = places.saturating_sub(1);
        }
        self.put(b'.');
        self.number(number, places);
    }
}

impl std::fmt::Write for Small {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        text.bytes().for_each(|byte| self.put(byte));
        Ok(())
    }
}

impl Default for Small {
    fn default() -> Small {
        Small::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(write: impl Fn(&mut Small)) -> String {
        let mut small = Small::new();
        write(&mut small);
        small.as_str().to_owned()
    }

    #[test]
    fn numbers_and_fractions() {
        assert_eq!(text(|s| s.number(0, 0)), "0");
        assert_eq!(text(|s| s.number(7, 3)), "007");
        assert_eq!(text(|s| s.number(u64::MAX, 2)), u64::MAX.to_string());
        assert_eq!(text(|s| s.signed(i64::MIN, 0)), i64::MIN.to_string());
        assert_eq!(text(|s| s.signed(-5, 2)), "-05");
        assert_eq!(text(|s| s.fraction(0, 6)), "");
        assert_eq!(text(|s| s.fraction(500_000, 6)), ".5");
        assert_eq!(text(|s| s.fraction(1, 6)), ".000001");
        assert_eq!(text(|s| (0..200).for_each(|_| s.put(b'x'))).len(), ROOM);
    }
}
