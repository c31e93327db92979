//! The built module as a file.
//!
//! In: a unit, or the bytes of a file. Out: the bytes, the same for the same unit; or the unit. A file is
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `\x7fTRUST\r\n`: no text, and broken by what takes it for one |
//! | 4 | the version of this form |
//! | 4 | a mark: numbers are little-endian, addresses are 64 bits wide |
//! | 16 | the version of the compiler that wrote it, zeros behind it |
//! | 8 | the length of what follows the seal |
//! | 32 | the seal: the BLAKE3 of all that stands before it and all that follows it |
//! | … | the unit, as postcard writes it |
//!
//! The seal finds accidents; against intent it proves nothing. So what was read is unsound until
//! [`Module::new`](super::Module::new) has looked at it.

use std::fmt;

use crate::unit::Unit;

const MAGIC: [u8; 8] = *b"\x7fTRUST\r\n";
/// Changes with every change of the unit, the graph or the schema.
pub const FORMAT: u32 = 1;
const MARK: u32 = 0x6400_0001;
const COMPILER: usize = 16;
const SEAL: usize = 32;
/// From the beginning to the seal.
const HEAD: usize = 8 + 4 + 4 + COMPILER + 8;
/// Where the unit begins.
pub const BODY: usize = HEAD + SEAL;

/// How a file of a module begins.
pub fn is_module(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

/// Why bytes are no module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileError {
    NotModule,
    /// Of another form: which, and which compiler wrote it.
    Version {
        format: u32,
        compiler: String,
    },
    /// Written for machines of another kind.
    Machine,
    /// It ends too early, by so many bytes.
    CutOff(u64),
    /// Its bytes are not those that were written.
    Corrupted,
    /// Its bytes are no unit.
    Unreadable,
    /// It could not be written down.
    TooLarge,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FileError::NotModule => f.write_str("this is not a built module"),
            FileError::Version { format, compiler } => write!(
                f,
                "this module was built by trustc {compiler} in form {format}; this is trustc {}, which reads form {FORMAT}: \
                 build it again from its source",
                env!("CARGO_PKG_VERSION")
            ),
            FileError::Machine => f.write_str("this module was built for machines of another kind"),
            FileError::CutOff(missing) => write!(f, "this module is cut off: {missing} bytes are missing at its end"),
            FileError::Corrupted => f.write_str(
                "this module is corrupted: its bytes are not the ones that were written; build or copy it again",
            ),
            FileError::Unreadable => f.write_str("this module is corrupted: what it holds cannot be read"),
            FileError::TooLarge => f.write_str("the module is too large for a file"),
        }
    }
}

impl std::error::Error for FileError {}

/// The bytes of a unit.
pub fn write(unit: &Unit) -> Result<Vec<u8>, FileError> {
    let body = postcard::to_stdvec(unit).map_err(|_| FileError::TooLarge)?;
    Ok(sealed(&body))
}

/// A file of a body that may be anything.
pub fn sealed(body: &[u8]) -> Vec<u8> {
    let mut file = Vec::with_capacity(BODY + body.len());
    file.extend(MAGIC);
    file.extend(FORMAT.to_le_bytes());
    file.extend(MARK.to_le_bytes());
    let mut compiler = [0u8; COMPILER];
    compiler.iter_mut().zip(env!("CARGO_PKG_VERSION").bytes()).for_each(|(to, from)| *to = from);
    file.extend(compiler);
    file.extend((body.len() as u64).to_le_bytes());
    let seal = seal(&file, body);
    file.extend(seal);
    file.extend(body);
    file
}

fn seal(head: &[u8], body: &[u8]) -> [u8; SEAL] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(head).update(body);
    *hasher.finalize().as_bytes()
}

/// The unit of a file. No more memory is taken than the file's length justifies.
pub fn read(bytes: &[u8]) -> Result<Unit, FileError> {
    if !is_module(bytes) {
        // A file that ends within its first bytes is cut off, if it began well.
        let begins = !bytes.is_empty() && MAGIC.starts_with(bytes);
        return Err(if begins { FileError::CutOff((BODY - bytes.len()) as u64) } else { FileError::NotModule });
    }
    let cut = |missing: usize| FileError::CutOff(missing as u64);
    let (head, rest) = bytes.split_at_checked(HEAD).ok_or(cut(BODY.saturating_sub(bytes.len())))?;
    let word =
        |at: usize| head.get(at..).and_then(|part| part.first_chunk::<4>()).map_or(0, |b| u32::from_le_bytes(*b));
    if word(12) != MARK {
        return Err(FileError::Machine);
    }
    if word(8) != FORMAT {
        let compiler = head.get(16..16 + COMPILER).unwrap_or(&[]);
        let version = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(**byte, b'.' | b'-' | b'+');
        let compiler = compiler.iter().take_while(version).map(|byte| char::from(*byte)).collect();
        return Err(FileError::Version { format: word(8), compiler });
    }
    let length = head.last_chunk::<8>().map_or(0, |b| u64::from_le_bytes(*b));
    let (wanted, body) = rest.split_first_chunk::<SEAL>().ok_or(cut(BODY.saturating_sub(bytes.len())))?;
    let there = body.len() as u64;
    if there < length {
        return Err(FileError::CutOff(length - there));
    }
    if there > length || seal(head, body) != *wanted {
        return Err(FileError::Corrupted);
    }
    match postcard::take_from_bytes::<Unit>(body) {
        Ok((unit, [])) => Ok(unit),
        Ok(_) | Err(_) => Err(FileError::Unreadable),
    }
}
