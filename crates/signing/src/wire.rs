//! Reading the length-prefixed fields of SSH (RFC 4251 section 5).

/// Bytes that are read from the front.
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    /// A big-endian number of 32 bits.
    pub(crate) fn number(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    /// A `string`.
    pub(crate) fn string(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        self.take(length)
    }

    /// A positive `mpint` of at most 32 bytes, filled up to 32.
    pub(crate) fn scalar(&mut self) -> Option<[u8; 32]> {
        let mut bytes = self.string()?;
        while let [0, rest @ ..] = bytes {
            bytes = rest;
        }
        let mut scalar = [0; 32];
        let start = scalar.len().checked_sub(bytes.len())?;
        scalar.get_mut(start..)?.copy_from_slice(bytes);
        Some(scalar)
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Appends a `string`.
pub(crate) fn put_string(out: &mut Vec<u8>, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(bytes);
}
