//! Numbers that look random, the same on every machine.

/// Marsaglia's xorshift; its seed is never 0.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// One of `0..bound`, or 0 where that is empty.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound.max(1)
    }
}
