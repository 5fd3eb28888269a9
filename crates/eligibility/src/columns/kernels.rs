//! The loops. Each is plain enough for the compiler to turn into vector instructions.

use super::CHUNK;
use super::lane::{Lane, Lanes, View};
use crate::calendar;
use crate::scalar::two as apply;
use crate::tree::{One, Two};

type Known = [u8; CHUNK];

#[inline(always)]
fn map<A: Lane, O: Lane>(a: &[A; CHUNK], out: &mut [O; CHUNK], f: impl Fn(i32) -> i32) {
    for (out, a) in out.iter_mut().zip(a) {
        *out = O::narrow(f(a.wide()));
    }
}

#[inline(always)]
fn zip<A: Lane, B: Lane, O: Lane>(
    a: &[A; CHUNK],
    b: &[B; CHUNK],
    out: &mut [O; CHUNK],
    f: impl Fn(i32, i32) -> i32,
) {
    for ((out, a), b) in out.iter_mut().zip(a).zip(b) {
        *out = O::narrow(f(a.wide(), b.wide()));
    }
}

#[inline(always)]
fn into(a: View, out: &mut Lanes, f: impl Fn(i32) -> i32) {
    match (a, out) {
        (View::Small(a), Lanes::Small(out)) => map(a, out, f),
        (View::Small(a), Lanes::Wide(out)) => map(a, out, f),
        (View::Wide(a), Lanes::Small(out)) => map(a, out, f),
        (View::Wide(a), Lanes::Wide(out)) => map(a, out, f),
        (View::Fixed(a), Lanes::Small(out)) => out.fill(f(a) as u8),
        (View::Fixed(a), Lanes::Wide(out)) => out.fill(f(a)),
    }
}

#[inline(always)]
fn both(a: View, b: View, out: &mut Lanes, f: impl Fn(i32, i32) -> i32) {
    match (a, b) {
        (a, View::Fixed(b)) => into(a, out, |a| f(a, b)),
        (View::Fixed(a), b) => into(b, out, |b| f(a, b)),
        (View::Small(a), View::Small(b)) => pair(a, b, out, f),
        (View::Small(a), View::Wide(b)) => pair(a, b, out, f),
        (View::Wide(a), View::Small(b)) => pair(a, b, out, f),
        (View::Wide(a), View::Wide(b)) => pair(a, b, out, f),
    }
}

#[inline(always)]
fn pair<A: Lane, B: Lane>(
    a: &[A; CHUNK],
    b: &[B; CHUNK],
    out: &mut Lanes,
    f: impl Fn(i32, i32) -> i32,
) {
    match out {
        Lanes::Small(out) => zip(a, b, out, f),
        Lanes::Wide(out) => zip(a, b, out, f),
    }
}

/// The match stands outside the loops, so that each has one operation inside.
pub(super) fn two(op: Two, a: View, b: View, out: &mut Lanes) {
    macro_rules! each {
        ($($op:ident)*) => { match op { $(
            Two::$op => both(a, b, out, |a, b| apply(Two::$op, a, b)),
        )* } };
    }
    each!(And Or Eq Lt Le Add Sub Mul Min Max)
}

/// `positive`: no lane is below zero, so that a division is a multiplication.
pub(super) fn one(op: One, positive: bool, a: View, out: &mut Lanes) {
    match op {
        One::Not => into(a, out, |a| a ^ 1),
        One::Div(by) if positive => {
            let by = Divisor::new(by);
            into(a, out, |a| by.of(a));
        }
        One::Rem(by) if positive => {
            let fast = Divisor::new(by);
            into(a, out, |a| a.wrapping_sub(fast.of(a).wrapping_mul(by)));
        }
        One::Div(by) => into(a, out, |a| a / by.max(1)),
        One::Rem(by) => into(a, out, |a| a % by.max(1)),
        One::Months => into(a, out, calendar::months),
        One::Day => into(a, out, calendar::day),
    }
}

/// Division of 0..2^31 by a fixed number: a multiplication by a rounded-up reciprocal. With
/// 2^l >= by, the error of the reciprocal is below 2^l, so the quotient is exact for 31 bits.
#[derive(Clone, Copy)]
struct Divisor {
    times: u32,
    shift: u32,
}

impl Divisor {
    fn new(by: i32) -> Self {
        let by = u64::from(by.max(1).unsigned_abs());
        let bits = by.next_power_of_two().trailing_zeros();
        let shift = 31 + bits;
        // Below 2^32, because by > 2^(l-1).
        let times = (1_u64 << shift).div_ceil(by);
        Self { times: times as u32, shift }
    }

    #[inline(always)]
    fn of(self, a: i32) -> i32 {
        ((u64::from(a as u32) * u64::from(self.times)) >> self.shift) as i32
    }
}

/// Where the condition holds the first, elsewhere the second, without a branch.
pub(super) fn choose(c: &[u8; CHUNK], a: View, b: View, out: &mut Lanes) {
    match out {
        Lanes::Small(out) => choose_into(c, a, b, out),
        Lanes::Wide(out) => choose_into(c, a, b, out),
    }
}

fn choose_into<O: Lane>(c: &[u8; CHUNK], a: View, b: View, out: &mut [O; CHUNK]) {
    #[inline(always)]
    fn pick(c: u8, a: i32, b: i32) -> i32 {
        b ^ ((a ^ b) & -i32::from(c))
    }
    macro_rules! rows {
        ($a:expr, $b:expr) => {
            for (n, (out, c)) in out.iter_mut().zip(c).enumerate() {
                *out = O::narrow(pick(*c, $a(n), $b(n)));
            }
        };
    }
    match (a, b) {
        (View::Fixed(a), View::Fixed(b)) => rows!(|_| a, |_| b),
        (View::Fixed(a), View::Small(b)) => rows!(|_| a, |n: usize| b[n].wide()),
        (View::Fixed(a), View::Wide(b)) => rows!(|_| a, |n: usize| b[n]),
        (View::Small(a), View::Fixed(b)) => rows!(|n: usize| a[n].wide(), |_| b),
        (View::Wide(a), View::Fixed(b)) => rows!(|n: usize| a[n], |_| b),
        (View::Small(a), View::Small(b)) => rows!(|n: usize| a[n].wide(), |n: usize| b[n].wide()),
        (View::Small(a), View::Wide(b)) => rows!(|n: usize| a[n].wide(), |n: usize| b[n]),
        (View::Wide(a), View::Small(b)) => rows!(|n: usize| a[n], |n: usize| b[n].wide()),
        (View::Wide(a), View::Wide(b)) => rows!(|n: usize| a[n], |n: usize| b[n]),
    }
}

/// Known where both sides are, or where one side settles it: a no in `and`, a yes in `or`.
pub(super) fn settled(a: (View, &Known), b: (View, &Known), settles: u8, out: &mut Known) {
    let lane = |view: View, n: usize| match view {
        View::Small(lanes) => lanes[n],
        View::Wide(lanes) => lanes[n] as u8,
        View::Fixed(value) => value as u8,
    };
    for (n, out) in out.iter_mut().enumerate() {
        let (ka, kb) = (a.1[n], b.1[n]);
        let sure_a = ka & (lane(a.0, n) ^ settles ^ 1);
        let sure_b = kb & (lane(b.0, n) ^ settles ^ 1);
        *out = (ka & kb) | sure_a | sure_b;
    }
}

/// Known where the chosen side is; with an unknown condition, where both are and agree.
pub(super) fn chosen(
    c: (&[u8; CHUNK], &Known),
    a: &Known,
    b: &Known,
    same: &Known,
    out: &mut Known,
) {
    for (n, out) in out.iter_mut().enumerate() {
        let (yes, known) = (c.0[n], c.1[n]);
        let side = (yes & a[n]) | ((yes ^ 1) & b[n]);
        *out = (known & side) | (a[n] & b[n] & same[n]);
    }
}

/// 64 bits become 64 lanes of 0 or 1.
pub(super) fn spread(bits: &[u64], out: &mut Known) {
    for (lanes, word) in out.chunks_exact_mut(64).zip(bits) {
        for (byte, eight) in word.to_le_bytes().into_iter().zip(lanes.chunks_exact_mut(8)) {
            // One copy of the byte in each lane, of which each keeps its own bit.
            let own = (u64::from(byte) * 0x0101_0101_0101_0101) & 0x8040_2010_0804_0201;
            let set =
                ((own.wrapping_add(0x7f7f_7f7f_7f7f_7f7f)) | own) >> 7 & 0x0101_0101_0101_0101;
            eight.copy_from_slice(&set.to_le_bytes());
        }
    }
}

pub(super) fn pack(lanes: &Known, bits: &mut Vec<u64>) {
    for lanes in lanes.chunks_exact(64) {
        let mut word = 0_u64;
        for (n, eight) in lanes.chunks_exact(8).enumerate() {
            let lanes = eight.iter().rev().fold(0_u64, |all, lane| all << 8 | u64::from(*lane));
            word |= (lanes.wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * n);
        }
        bits.push(word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn division_by_multiplication_is_division() {
        for by in [1, 2, 3, 7, 12, 30, 100, 153, 1461, 65_535, 65_536, 1 << 30, i32::MAX] {
            let fast = Divisor::new(by);
            let near = (0..40).flat_map(|k: i32| {
                let at = by.saturating_mul(k);
                [at.saturating_sub(1).max(0), at, at.saturating_add(1), i32::MAX - k]
            });
            for a in near {
                assert_eq!(fast.of(a), a / by, "{a} / {by}");
            }
        }
    }

    #[test]
    fn bits_and_lanes_are_the_same() {
        let bits: Vec<u64> = (1..=16).map(|n: u64| n.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect();
        let mut lanes = [9; CHUNK];
        spread(&bits, &mut lanes);
        assert!((0..CHUNK).all(|n| u64::from(lanes[n]) == bits[n / 64] >> (n % 64) & 1));
        let mut back = Vec::new();
        pack(&lanes, &mut back);
        assert_eq!(back, bits);
    }
}
