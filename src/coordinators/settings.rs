//! 設定. What the desks decide by.

pub use crate::staff::settings::{Setting, number, set};

/// 目安の件数: 「相談員１人で３人くらいが限界ではないか」 (品川区 令和7年度第1回子ども支援部会).
pub const FELT_LIMIT: Setting = Setting { key: "felt_limit", default: 3 };
/// 動きのない日数: after so many days without a consultation or a note a case is stalled.
pub const STALLED_DAYS: Setting = Setting { key: "stalled_days", default: 60 };
