//! The federation decision written by hand for speed, over the same native facts that our entries read.
//!
//! In: the C struct. Out: the decision. No allocation and no call to the C library: strings are compared in line by words, sets of
//! literals found by length and hash, what is cheap asked first and without branches. It is the peer of our native code, so
//! whoever makes it faster does us a favour.

use trust_runtime::layout::{Items, Text};

use super::facts::{Assurance, DAY, EFFECTIVE, Ground, HOUR, MINUTE, SKEW, Sensitivity};
use super::idiomatic::APPROVED_ISSUERS;
use super::native::{Facts, Link};
use super::verdict::{Held, Prior, Verdict, conclude};

/// By sensitivity.
const LIFETIME: [i64; 4] = [12 * HOUR, 4 * HOUR, HOUR, 15 * MINUTE];
const NEEDED: [u32; 4] =
    [Assurance::Low as u32, Assurance::Low as u32, Assurance::Substantial as u32, Assurance::High as u32];

/// A string that others are compared with: its ends are at hand.
#[derive(Clone, Copy)]
struct Needle {
    bytes: *const u8,
    length: u64,
    /// The first and the last eight bytes (they overlap in a short string); a string of less than eight, with its length above.
    head: u64,
    tail: u64,
}

/// # Safety
/// Eight bytes are there.
#[inline(always)]
unsafe fn word(at: *const u8) -> u64 {
    // SAFETY: the caller's promise.
    unsafe { at.cast::<u64>().read_unaligned() }
}

/// The ends of a string: equal lengths and equal ends mean equal strings up to sixteen bytes.
///
/// # Safety
/// `bytes` has `length` bytes.
#[inline(always)]
unsafe fn ends(bytes: *const u8, length: u64) -> (u64, u64) {
    let n = length as usize;
    // SAFETY: every read lies in the string.
    unsafe {
        if n >= 8 {
            (word(bytes), word(bytes.add(n - 8)))
        } else if n >= 4 {
            let head = bytes.cast::<u32>().read_unaligned();
            let tail = bytes.add(n - 4).cast::<u32>().read_unaligned();
            (u64::from(head), u64::from(tail))
        } else if n > 0 {
            let (a, b, c) = (*bytes, *bytes.add(n / 2), *bytes.add(n - 1));
            (u64::from(a), u64::from(b) << 8 | u64::from(c))
        } else {
            (0, 0)
        }
    }
}

impl Needle {
    /// # Safety
    /// The text is valid.
    #[inline(always)]
    unsafe fn new(text: &Text) -> Needle {
        // SAFETY: the caller's promise.
        let (head, tail) = unsafe { ends(text.bytes, text.length) };
        Needle { bytes: text.bytes, length: text.length, head, tail }
    }

    /// # Safety
    /// The text is valid.
    #[inline(always)]
    unsafe fn is(&self, other: &Text) -> bool {
        if other.length != self.length {
            return false;
        }
        // SAFETY: the caller's promise.
        let (head, tail) = unsafe { ends(other.bytes, other.length) };
        // SAFETY: both have as many bytes.
        head == self.head && tail == self.tail && unsafe { self.middle(other.bytes) }
    }

    /// What lies between the ends.
    ///
    /// # Safety
    /// `other` has as many bytes.
    #[inline(always)]
    unsafe fn middle(&self, other: *const u8) -> bool {
        let mut at = 8;
        while at + 8 < self.length as usize {
            // SAFETY: both have more than `at + 8` bytes.
            if unsafe { word(self.bytes.add(at)) != word(other.add(at)) } {
                return false;
            }
            at += 8;
        }
        true
    }

    /// # Safety
    /// The items are texts, all valid.
    #[inline(always)]
    unsafe fn among(&self, set: &Items) -> bool {
        let mut at = set.items.cast::<Text>();
        // SAFETY: the caller's promise.
        unsafe {
            let end = at.add(set.length as usize);
            while at < end {
                if self.is(&*at) {
                    return true;
                }
                at = at.add(1);
            }
        }
        false
    }

    /// Equal to a literal of 8 to 16 bytes.
    #[inline(always)]
    fn equals<const N: usize>(&self, literal: &[u8; N]) -> bool {
        const { assert!(N >= 8 && N <= 16) };
        let (head, tail) = const_ends(literal);
        self.length == N as u64 && self.head == head && self.tail == tail
    }

    /// Starts with `audit.`; where fewer than eight bytes are there, `audit.` itself or one byte more.
    ///
    /// # Safety
    /// The text is valid.
    #[inline(always)]
    unsafe fn starts_with_audit(&self) -> bool {
        const SIX: u64 = 0xffff_ffff_ffff;
        const AUDIT: u64 = u64::from_le_bytes(*b"audit.\0\0");
        if self.length >= 8 {
            return self.head & SIX == AUDIT;
        }
        // SAFETY: as many bytes are there.
        self.length >= 6
            && self.head as u32 == AUDIT as u32
            && unsafe { self.bytes.add(4).cast::<u16>().read_unaligned() } == (AUDIT >> 32) as u16
    }
}

const fn const_word(bytes: &[u8], at: usize) -> u64 {
    let mut word = 0;
    let mut n = 0;
    while n < 8 {
        word |= (bytes[at + n] as u64) << (8 * n);
        n += 1;
    }
    word
}

const fn const_ends(bytes: &[u8]) -> (u64, u64) {
    (const_word(bytes, 0), const_word(bytes, bytes.len() - 8))
}

/// Where an approved issuer stands in the table, by its length and eight bytes behind `https://`.
const fn slot(length: u64, key: u64, factor: u64) -> usize {
    ((key ^ length).wrapping_mul(factor) >> 58) as usize
}

const NOBODY: u8 = 255;
const KEY_AT: usize = 12;

/// A factor under which no two issuers share a slot, and who stands in each.
const TABLE: (u64, [u8; 64]) = {
    let mut factor: u64 = 0x9e37_79b9_7f4a_7c15;
    loop {
        let mut table = [NOBODY; 64];
        let mut n = 0;
        while n < APPROVED_ISSUERS.len() {
            let issuer = APPROVED_ISSUERS[n].as_bytes();
            let at = slot(issuer.len() as u64, const_word(issuer, KEY_AT), factor);
            if table[at] != NOBODY {
                break;
            }
            table[at] = n as u8;
            n += 1;
        }
        if n == APPROVED_ISSUERS.len() {
            break (factor, table);
        }
        factor = factor.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(2);
    }
};
static SLOTS: [u8; 64] = TABLE.1;

/// # Safety
/// The text is valid.
#[inline(always)]
unsafe fn approved(issuer: &Text) -> bool {
    // The shortest has 26 bytes.
    if issuer.length < 24 {
        return false;
    }
    // SAFETY: there are at least 24 bytes.
    let key = unsafe { word(issuer.bytes.add(KEY_AT)) };
    let Some(candidate) = APPROVED_ISSUERS.get(SLOTS[slot(issuer.length, key, TABLE.0) & 63] as usize) else {
        return false;
    };
    if candidate.len() as u64 != issuer.length {
        return false;
    }
    let (a, b, n) = (issuer.bytes, candidate.as_ptr(), candidate.len());
    // SAFETY: both have `n` bytes, at least 24.
    unsafe {
        let mut different =
            (word(a) ^ word(b)) | (word(a.add(8)) ^ word(b.add(8))) | (word(a.add(n - 8)) ^ word(b.add(n - 8)));
        let mut at = 16;
        while at + 8 < n {
            different |= word(a.add(at)) ^ word(b.add(at));
            at += 8;
        }
        different == 0
    }
}

#[inline(always)]
fn is_region(region: &Needle) -> bool {
    match region.length {
        9 => region.equals(b"eu-west-1") || region.equals(b"eu-west-3") || region.equals(b"no-oslo-1"),
        10 => region.equals(b"eu-north-1") || region.equals(b"eu-south-2"),
        11 => region.equals(b"ch-zurich-1") || region.equals(b"uk-london-1"),
        12 => region.equals(b"eu-central-1"),
        _ => false,
    }
}

#[inline(always)]
fn investigates(action: &Needle) -> bool {
    action.equals(b"events.read") || action.equals(b"shipments.read") || action.equals(b"status.read")
}

/// Starts with `eu-`.
///
/// # Safety
/// The text is valid.
#[inline(always)]
unsafe fn in_union(region: &Text) -> bool {
    // SAFETY: three bytes are there before three are read.
    region.length >= 3
        && unsafe { region.bytes.cast::<u16>().read_unaligned() } == u16::from_le_bytes(*b"eu")
        && unsafe { *region.bytes.add(2) } == b'-'
}

/// # Safety
/// The facts are valid: pointers and lengths, cases of their enums.
#[inline(never)]
pub unsafe fn permits(facts: &Facts, prior: Prior, now: i64) -> bool {
    let (partner, credential, posture, call) = (&facts.partner, &facts.credential, &facts.posture, &facts.call);
    let sensitivity = call.sensitivity as usize & 3;
    let cheap = (prior == 0)
        & (now >= EFFECTIVE)
        & (now < credential.expires_at)
        & (credential.key_created_at - SKEW <= now)
        & (now < credential.key_created_at + 90 * DAY)
        & (credential.expires_at - credential.issued_at <= LIFETIME[sensitivity])
        & (partner.assurance >= NEEDED[sensitivity])
        & (posture.patched != 0)
        & (posture.score >= 7500)
        & (posture.measured_at <= now)
        & (now < posture.measured_at + 10 * MINUTE)
        & (facts.chain.length <= 4);
    if !cheap {
        return false;
    }
    // SAFETY: the caller's promise, here and below.
    unsafe {
        let action = Needle::new(&call.action);
        const CONTRACT: u32 = Ground::Contract as u32;
        const CONSENT: u32 = Ground::Consent as u32;
        const INCIDENT: u32 = Ground::Incident as u32;
        const AUDIT: u32 = Ground::Audit as u32;
        let based = match call.ground {
            CONTRACT => (call.sensitivity <= Sensitivity::Confidential as u32) & (now < partner.contract_ends_at),
            CONSENT => (call.consented_till.present != 0) & (now < call.consented_till.value),
            INCIDENT => {
                (call.ticket.present != 0) & (partner.assurance == Assurance::High as u32) && investigates(&action)
            }
            AUDIT => call.sensitivity <= Sensitivity::Internal as u32 && action.starts_with_audit(),
            _ => call.sensitivity == Sensitivity::Open as u32 && in_union(&partner.region),
        };
        if !based || !is_region(&Needle::new(&partner.region)) || !approved(&credential.issuer) {
            return false;
        }
        if !action.among(&credential.scopes) {
            return false;
        }
        let mut link = facts.chain.items.cast::<Link>();
        let end = link.add(facts.chain.length as usize);
        while link < end {
            if now >= (*link).expires_at || !action.among(&(*link).actions) {
                return false;
            }
            link = link.add(1);
        }
        true
    }
}

/// # Safety
/// As of [`permits`].
#[inline(never)]
pub unsafe fn decide(facts: &Facts, prior: Prior, now: i64) -> Verdict {
    let (partner, credential, posture, call) = (&facts.partner, &facts.credential, &facts.posture, &facts.call);
    let fixed = Held::fixed;
    let sensitivity = call.sensitivity as usize & 3;
    let created = credential.key_created_at;
    // SAFETY: the caller's promise.
    unsafe {
        let action = Needle::new(&call.action);
        let mut delegated = fixed(facts.chain.length <= 4);
        let mut link = facts.chain.items.cast::<Link>();
        let end = link.add(facts.chain.length as usize);
        while link < end {
            delegated = delegated.and(Held::before(now, (*link).expires_at)).and(fixed(action.among(&(*link).actions)));
            link = link.add(1);
        }
        let required = [
            fixed(approved(&credential.issuer)),
            fixed(is_region(&Needle::new(&partner.region))),
            fixed(partner.assurance >= NEEDED[sensitivity]),
            Held::from(now, posture.measured_at)
                .and(Held::before(now, posture.measured_at + 10 * MINUTE))
                .and(fixed((posture.patched != 0) & (posture.score >= 7500))),
            delegated,
            fixed(credential.expires_at - credential.issued_at <= LIFETIME[sensitivity]),
            Held::before(now, credential.expires_at),
            Held::from(now, created - SKEW).and(Held::before(now, created + 90 * DAY)),
        ];
        let ground = |wanted: Ground| call.ground == wanted as u32;
        let mut bases = [fixed(false); 5];
        if ground(Ground::Contract) {
            let covered = fixed(call.sensitivity <= Sensitivity::Confidential as u32);
            bases[0] = covered.and(Held::before(now, partner.contract_ends_at));
        } else if ground(Ground::Consent) {
            let given = fixed(call.consented_till.present != 0);
            bases[1] = given.and(Held::before(now, call.consented_till.value));
        } else if ground(Ground::Incident) {
            bases[2] = fixed(
                (call.ticket.present != 0) & (partner.assurance == Assurance::High as u32) && investigates(&action),
            );
        } else if ground(Ground::Audit) {
            bases[3] = fixed(call.sensitivity <= Sensitivity::Internal as u32 && action.starts_with_audit());
        } else {
            bases[4] = fixed(call.sensitivity == Sensitivity::Open as u32 && in_union(&partner.region));
        }
        let scope = action.among(&credential.scopes);
        conclude(required, bases, scope, Held::from(now, EFFECTIVE), prior, created + 80 * DAY, now)
    }
}
