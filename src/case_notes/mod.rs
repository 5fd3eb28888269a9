//! 支援経過: calls, visits, meetings, mail about one person; one timeline.
