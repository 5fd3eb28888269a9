//! Kakehashi.
