//! Triggers that keep history: both databases refuse to change or delete what is append-only.
//! Trigger bodies are the one thing the two dialects do not share, so they are written here.

/// Tables whose rows are only ever added.
pub const APPEND_ONLY: &[&str] = &[
    "audit_events",
    "report_snapshots",
    "handovers",
    "settings",
    "question_replies",
    "organisation_changes",
    "code_changes",
];

/// The statements that (re)create the guards, for PostgreSQL or SQLite.
pub(super) fn statements(postgres: bool) -> Vec<String> {
    let mut out = vec![];
    if postgres {
        out.push(
            "create or replace function append_only() returns trigger language plpgsql as $$ \
             begin raise exception '% is append-only', tg_table_name; end $$"
                .to_owned(),
        );
    }
    for table in APPEND_ONLY {
        if postgres {
            out.push(format!("drop trigger if exists {table}_guard on {table}"));
            out.push(format!(
                "create trigger {table}_guard before update or delete or truncate on {table} \
                 for each statement execute function append_only()"
            ));
            continue;
        }
        for verb in ["update", "delete"] {
            out.push(format!(
                "create trigger if not exists {table}_no_{verb} before {verb} on {table} \
                 begin select raise(abort, '{table} is append-only'); end"
            ));
        }
    }
    out
}
