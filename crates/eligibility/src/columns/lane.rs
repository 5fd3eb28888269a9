//! The two widths of a column, so that every kernel is written once.

use super::CHUNK;

pub(super) trait Lane: Copy + 'static {
    fn wide(self) -> i32;
    fn narrow(value: i32) -> Self;
}

impl Lane for u8 {
    #[inline(always)]
    fn wide(self) -> i32 {
        i32::from(self)
    }

    #[inline(always)]
    fn narrow(value: i32) -> Self {
        value as u8
    }
}

impl Lane for i32 {
    #[inline(always)]
    fn wide(self) -> i32 {
        self
    }

    #[inline(always)]
    fn narrow(value: i32) -> Self {
        value
    }
}

/// What an operation reads.
#[derive(Clone, Copy)]
pub(super) enum View<'a> {
    Small(&'a [u8; CHUNK]),
    Wide(&'a [i32; CHUNK]),
    Fixed(i32),
}

/// What an operation writes.
#[derive(Clone, Debug)]
pub(super) enum Lanes {
    Small(Box<[u8; CHUNK]>),
    Wide(Box<[i32; CHUNK]>),
}

impl Lanes {
    pub fn new(small: bool) -> Self {
        if small { Self::Small(Box::new([0; CHUNK])) } else { Self::Wide(Box::new([0; CHUNK])) }
    }

    pub fn view(&self) -> View<'_> {
        match self {
            Self::Small(lanes) => View::Small(lanes),
            Self::Wide(lanes) => View::Wide(lanes),
        }
    }
}
