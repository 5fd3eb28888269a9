//! A small generator with a fixed seed (SplitMix64): the sample ward is the same on every machine,
//! and nothing in it depends on a library's choice of algorithm.

/// くじ: what the data files leave open.
pub(super) struct Luck(u64);

impl Luck {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// 0 up to `n`, without `n`; 0 when there is nothing to draw from.
    pub fn below(&mut self, n: usize) -> usize {
        let n = u64::try_from(n).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % n).unwrap_or(0)
    }

    /// True in so many of a hundred cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seed_decides() {
        // The first values SplitMix64 gives for the seed 1234567, as its author published them.
        let mut luck = Luck::new(1_234_567);
        assert_eq!(luck.next(), 6_457_827_717_110_365_317);
        assert_eq!(luck.next(), 3_203_168_211_198_807_973);
    }
}
