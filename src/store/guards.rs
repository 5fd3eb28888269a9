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
    "tombstones",
    "ledger_entries",
    "ledger_takes",
    "ledger_payments",
    "grant_steps",
    "grant_step_voids",
    "usage_reports",
];

/// Append-only tables about a person, and whose row `old` is. Their rows go with the person's when
/// a disposal that two accounts agreed on is being carried out, and at no other moment.
const DISPOSED: &[(&str, &str)] = &[
    ("handovers", "old.client_id"),
    ("question_replies", "(select q.client_id from questions q where q.id = old.question_id)"),
    ("ledger_entries", "(select d.client_id from decisions d where d.id = old.decision_id)"),
    ("ledger_takes", OF_ENTRY),
    ("ledger_payments", OF_ENTRY),
    ("usage_reports", OF_ENTRY),
];

const OF_ENTRY: &str = "(select d.client_id from ledger_entries e join decisions d \
     on d.id = e.decision_id where e.id = old.entry_id)";

/// True while the person is being disposed of.
fn released(person: &str) -> String {
    format!(
        "exists (select 1 from disposal_items i join disposals d on d.id = i.disposal_id \
         where i.client_id = {person} and i.disposed_at is null \
         and d.confirmed_by <> d.proposed_by and d.withdrawn_at is null)"
    )
}

/// True while anybody is.
const UNDER_WAY: &str = "exists (select 1 from disposal_items i join disposals d \
     on d.id = i.disposal_id where i.disposed_at is null and d.confirmed_by <> d.proposed_by \
     and d.withdrawn_at is null)";

/// The statements that (re)create the guards, for PostgreSQL or SQLite.
pub(super) fn statements(postgres: bool) -> Vec<String> {
    let mut out = vec![];
    if postgres {
        out.push(function("append_only", "true", "null"));
        out.push(function("no_disposal", &format!("not {UNDER_WAY}"), "null"));
    }
    for table in APPEND_ONLY {
        let disposed = DISPOSED.iter().find(|(name, _)| name == table).map(|d| released(d.1));
        if postgres {
            out.extend(of_postgres(table, disposed));
        } else {
            out.extend(of_sqlite(table, disposed));
        }
    }
    out
}

fn function(name: &str, refused: &str, otherwise: &str) -> String {
    format!(
        "create or replace function {name}() returns trigger language plpgsql as $$ begin \
         if {refused} then raise exception '% is append-only', tg_table_name; end if; \
         return {otherwise}; end $$"
    )
}

fn of_postgres(table: &str, disposed: Option<String>) -> Vec<String> {
    let verbs =
        if disposed.is_some() { "update or truncate" } else { "update or delete or truncate" };
    let mut out = vec![
        format!("drop trigger if exists {table}_guard on {table}"),
        format!("drop trigger if exists {table}_disposal on {table}"),
        format!("drop trigger if exists {table}_none on {table}"),
        format!(
            "create trigger {table}_guard before {verbs} on {table} \
             for each statement execute function append_only()"
        ),
    ];
    if let Some(released) = disposed {
        out.push(format!(
            "create trigger {table}_none before delete on {table} \
             for each statement execute function no_disposal()"
        ));
        out.push(function(&format!("{table}_disposal"), &format!("not {released}"), "old"));
        out.push(format!(
            "create trigger {table}_disposal before delete on {table} \
             for each row execute function {table}_disposal()"
        ));
    }
    out
}

fn of_sqlite(table: &str, disposed: Option<String>) -> Vec<String> {
    let guard = |verb: &str| {
        let when = match (verb, &disposed) {
            ("delete", Some(released)) => format!("when not {released} "),
            _ => String::new(),
        };
        [
            format!("drop trigger if exists {table}_no_{verb}"),
            format!(
                "create trigger {table}_no_{verb} before {verb} on {table} {when}\
                 begin select raise(abort, '{table} is append-only'); end"
            ),
        ]
    };
    ["update", "delete"].into_iter().flat_map(guard).collect()
}
