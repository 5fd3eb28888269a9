//! 利用者の一行 (`client_lines`): what lists and headings say of a person, a row for each stretch of
//! days in which it stays the same. Made anew by triggers whenever something is written that it is
//! made of, so no change can forget it. Trigger bodies are what the two dialects do not share.

use super::{Read, Result, Sql};
use crate::args;

/// What a line is made of, and which of its rows count.
const SOURCES: &[(&str, &str)] = &[
    ("client_names", ""),
    ("client_births", ""),
    ("client_residences", ""),
    ("assignments", " and kind = 'main'"),
];

/// Whether anybody has a line. Where nobody has, [`fill`] makes everybody's.
pub(super) const ANY: &str = "select client_id from client_lines limit 1";

pub(super) fn fill() -> String {
    insert("")
}

/// The statements that (re)create the triggers, for PostgreSQL or SQLite.
pub(super) fn statements(postgres: bool) -> Vec<String> {
    let mut out = vec![];
    if postgres {
        out.extend(functions());
    }
    for (table, _) in SOURCES {
        out.extend(if postgres { of_postgres(table) } else { of_sqlite(table) });
    }
    out
}

const COLUMNS: &str = "client_id, valid_from, nth, valid_until, reading, family, given, \
     family_kana, given_kana, born_on, expected_on, sex, area, coordinator_id, coordinator_of, \
     coordinator_since";

/// Everybody's lines as they should be, or those of one person.
fn made(only: &str) -> String {
    let valid = |row: &str| {
        format!(
            "{row}.voided_at is null and {row}.valid_from <= d.valid_from \
             and ({row}.valid_until is null or {row}.valid_until > d.valid_from)"
        )
    };
    format!(
        "select d.client_id, d.valid_from, row_number() over (partition by d.client_id, \
           d.valid_from order by n.valid_from desc, n.id, b.id, r.id) as nth, d.valid_until, \
           n.family_kana || ' ' || coalesce(n.given_kana, '') as reading, n.family, n.given, \
           n.family_kana, n.given_kana, b.born_on, b.expected_on, b.sex, r.area, \
           g.account_id as coordinator_id, g.organisation_id as coordinator_of, \
           g.valid_from as coordinator_since \
         from ({}) d \
         join client_names n on n.client_id = d.client_id and {} \
         left join client_births b on b.client_id = d.client_id and {} \
         left join client_residences r on r.client_id = d.client_id and {} \
         left join assignments g on g.id = (select h.id from assignments h \
           where h.client_id = d.client_id and h.kind = 'main' and {} \
           order by h.valid_from desc, h.id limit 1)",
        stretches(only),
        valid("n"),
        valid("b"),
        valid("r"),
        valid("h")
    )
}

fn insert(only: &str) -> String {
    format!("insert into client_lines ({COLUMNS}) {}", made(only))
}

/// Whose lines are not what they should be. Never anybody's, unless the triggers were gone.
pub async fn differing(read: &mut Read) -> Result<Vec<String>> {
    let (is, should) = (
        format!("select {COLUMNS} from client_lines"),
        format!("select {COLUMNS} from ({}) m", made("")),
    );
    let sql = format!(
        "select x.client_id from ({is} except {should}) x union \
         select y.client_id from ({should} except {is}) y order by 1"
    );
    let rows: Vec<(String,)> = read.all(Sql::built(sql), args![]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// From each day on which something begins or ends to the next.
fn stretches(only: &str) -> String {
    let days = SOURCES.iter().flat_map(|(table, which)| {
        ["valid_from", "valid_until"].map(|at| {
            format!(
                "select client_id, {at} as at from {table} \
                 where voided_at is null and {at} is not null{which}{only}"
            )
        })
    });
    format!(
        "select client_id, at as valid_from, \
           lead(at) over (partition by client_id order by at) as valid_until \
         from ({}) days",
        days.collect::<Vec<_>>().join(" union ")
    )
}

fn anew(person: &str) -> String {
    let insert = insert(&format!(" and client_id = {person}"));
    format!("delete from client_lines where client_id = {person}; {insert};")
}

fn of_sqlite(table: &str) -> Vec<String> {
    let trigger = |name: &str, event: &str, person: &str| {
        [
            format!("drop trigger if exists {table}_line_{name}"),
            format!("create trigger {table}_line_{name} after {event} begin {} end", anew(person)),
        ]
    };
    let moved = format!("update on {table} when old.client_id <> new.client_id");
    [
        trigger("added", &format!("insert on {table}"), "new.client_id"),
        trigger("changed", &format!("update on {table}"), "new.client_id"),
        trigger("moved", &moved, "old.client_id"),
        trigger("removed", &format!("delete on {table}"), "old.client_id"),
    ]
    .concat()
}

/// Two people who change different things about one person do so one after the other: neither would
/// see what the other has not committed.
fn functions() -> [String; 2] {
    [
        format!(
            "create or replace function client_lines_anew(person text) returns void \
             language plpgsql as $$ begin \
             perform 1 from clients where id = person for no key update; {} end $$",
            anew("person")
        ),
        "create or replace function client_lines_kept() returns trigger \
         language plpgsql as $$ begin \
         if tg_op <> 'DELETE' then perform client_lines_anew(new.client_id); end if; \
         if tg_op = 'DELETE' or (tg_op = 'UPDATE' and old.client_id <> new.client_id) then \
         perform client_lines_anew(old.client_id); end if; return null; end $$"
            .into(),
    ]
}

fn of_postgres(table: &str) -> Vec<String> {
    vec![
        format!("drop trigger if exists {table}_line on {table}"),
        format!(
            "create trigger {table}_line after insert or update or delete on {table} \
             for each row execute function client_lines_kept()"
        ),
    ]
}
