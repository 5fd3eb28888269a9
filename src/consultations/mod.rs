//! 相談: what came in, who took it, what was answered.
