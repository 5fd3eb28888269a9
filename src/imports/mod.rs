//! 取り込み: files as wards have them, dry run, one transaction, undo.
