//! Chance that can be played again.

/// Xorshift.
#[derive(Debug)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64, number: usize) -> Self {
        let mut dice = Self((seed ^ 0x9E37_79B9_7F4A_7C15).wrapping_mul(number as u64 * 2 + 1) | 1);
        (0..8).for_each(|_| {
            dice.roll(2);
        });
        dice
    }

    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides.max(1) as u64) as usize
    }

    pub fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.roll(all.len())]
    }

    pub fn bytes(&mut self, n: usize) -> Vec<u8> {
        (0..n).map(|_| self.roll(256) as u8).collect()
    }
}
