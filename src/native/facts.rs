//! Values in the native layout: what an entry of generated code reads.

use crate::lower::image::Writer;
use crate::lower::layout::Layouts;
use crate::program::ty::{Ty, Types};
use crate::program::value::Value;

/// Facts in memory that does not move; freed with it.
pub struct Facts {
    images: Vec<Box<[u64]>>,
    first: usize,
}

impl Facts {
    pub fn new(types: &Types, layouts: &Layouts, tys: &[Ty], values: &[Value]) -> Facts {
        let mut writer = Writer::new(layouts, types);
        let first = writer.sequence(tys, values) as usize;
        let mut images: Vec<Box<[u64]>> = writer
            .images
            .iter()
            .map(|image| {
                // One word more, so that no image is without an address.
                let mut words = vec![0u64; image.bytes.len() / 8 + 1];
                for (word, chunk) in words.iter_mut().zip(image.bytes.chunks(8)) {
                    let mut bytes = [0u8; 8];
                    bytes.iter_mut().zip(chunk).for_each(|(to, from)| *to = *from);
                    *word = u64::from_le_bytes(bytes);
                }
                words.into_boxed_slice()
            })
            .collect();
        let addresses: Vec<u64> = images.iter().map(|i| i.as_ptr() as u64).collect();
        for (image, words) in writer.images.iter().zip(&mut images) {
            for (at, target, offset) in &image.pointers {
                let address = addresses.get(*target as usize).map_or(0, |a| a + u64::from(*offset));
                if let Some(word) = words.get_mut(*at as usize / 8) {
                    *word = address;
                }
            }
        }
        Facts { images, first }
    }

    pub fn address(&self) -> *const u8 {
        self.images.get(self.first).map_or(std::ptr::null(), |i| i.as_ptr().cast())
    }
}
