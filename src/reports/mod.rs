//! 統計: one file a report; page, chart, CSV, XLSX, JSON, snapshots.
