//! 次にすること: promises with an owner and a due date.
