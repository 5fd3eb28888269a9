//! What the property tests share.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, RngSeed};

/// The same cases on every run, so that a failure is found again; no file is written.
pub(crate) fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 512,
        rng_algorithm: RngAlgorithm::ChaCha,
        rng_seed: RngSeed::Fixed(20_240_401),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// Any day from 1873 to 2100.
pub(crate) fn any_day() -> impl Strategy<Value = Date> {
    (0..83_000_i64).prop_map(|days| date(1873, 1, 1).saturating_add(days.days()))
}
