//! care-score
