//! The fictional ward, played through the operations a person would use.
