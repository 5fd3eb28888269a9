//! A person with a row in every table, made from the schema: a new table is filled without a word
//! here. What a column may hold is read from the CHECKs of the migrations.

use kakehashi::access::Role;
use kakehashi::records::tables;
use kakehashi::store::schema::{Holds, Table, schema};
use kakehashi::store::{Arg, Sql, Tx};

use crate::support::{HOME, Person, World};

pub async fn fill(w: &World, person: &Person) {
    let all = schema(&mut w.read(&w.system()).await).await.unwrap();
    let mut tx = w.write(&w.actor(Role::Officer)).await;
    // What a row about the person hangs on that is about nobody.
    let by = w.actor(Role::Officer);
    tx.exec(
        "insert into grants (id, controller_id, programme, body, fiscal_year, applied_on,
           requested, recorded_at, recorded_by)
         values ($1, $2, 'home_respite', '', 2026, '2026-05-01', 0, $3, $4)",
        kakehashi::args![format!("grants-{}", person.number), HOME, by.at, by.account_id],
    )
    .await
    .unwrap();
    let there = ["clients", "client_names", "client_births", "audit_events"];
    let listed = all.iter().filter(|t| tables::find(&t.name).is_some());
    for table in listed.filter(|t| !there.contains(&t.name.as_str())) {
        row(w, &mut tx, table, person).await;
    }
    tx.record(kakehashi::audit::Event::new("prepare", "world", "").about(&person.id))
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn row(w: &World, tx: &mut Tx, table: &Table, person: &Person) {
    let by = tables::find(&table.name).unwrap();
    let (mut names, mut values) = (vec![], vec![]);
    for column in &table.columns {
        let to = table.references.iter().find(|(c, _)| *c == column.name).map(|(_, t)| t.as_str());
        let value = if column.name == by.by && by.parent.is_none() {
            person.id.clone()
        } else if let Some(to) = to {
            match to {
                to if to == table.name => continue,
                "accounts" => w.actor(Role::Coordinator).account_id,
                "organisations" => w.actor(Role::Coordinator).organisation_id,
                "posts" => w.actor(Role::Coordinator).post_id,
                "controllers" => HOME.to_owned(),
                "clients" => person.id.clone(),
                to => format!("{to}-{}", person.number),
            }
        } else {
            match value(table, &column.name, column.holds) {
                Some(value) => value.replace('#', &person.number.to_string()),
                None => continue,
            }
        };
        names.push(format!("\"{}\"", column.name));
        values.push(match column.holds {
            Holds::Int => Arg::Int(Some(value.parse().unwrap())),
            Holds::Real => Arg::Real(Some(value.parse().unwrap())),
            Holds::Text => Arg::Text(Some(value.into())),
        });
    }
    let places: Vec<_> = (1..=names.len()).map(|n| format!("${n}")).collect();
    let sql =
        format!("insert into {} ({}) values ({})", table.name, names.join(", "), places.join(", "));
    tx.exec(Sql::built(sql.clone()), &values).await.unwrap_or_else(|e| panic!("{e}: {sql}"));
}

/// Something the column accepts; `#` is the person's number. Ends and voidings stay open.
fn value(table: &Table, column: &str, holds: Holds) -> Option<String> {
    let open =
        ["valid_until", "withdrawn", "voided", "void_", "ended", "reopen", "done_", "undone"];
    if open.iter().any(|o| column.starts_with(o)) {
        return None;
    }
    let rule = rule(&table.name, column);
    if let Some(after) = rule.split(&format!("{column} in (")).nth(1) {
        return Some(after.split([',', ')']).next().unwrap().trim_matches('\'').to_owned());
    }
    if let Some(after) = rule.split(&format!("{column} between ")).nth(1) {
        return Some(after.split(' ').next().unwrap().to_owned());
    }
    if holds != Holds::Text {
        return Some("1".into());
    }
    if column == "valid_from" || column.ends_with("_on") || rule.contains(") = 10") {
        return Some("2026-05-01".into());
    }
    if column == "at" || column.ends_with("_at") {
        return Some("2026-05-01T00:00:00.000Z".into());
    }
    Some(format!("{}-#", if column == "id" { &table.name } else { column }))
}

/// The line of the migrations that makes the column.
fn rule(table: &str, column: &str) -> String {
    let folder = format!("{}/migrations", env!("CARGO_MANIFEST_DIR"));
    for file in std::fs::read_dir(folder).unwrap().flatten() {
        let text = std::fs::read_to_string(file.path()).unwrap();
        let added = format!("alter table {table} add column ");
        let made = text.split(&format!("create table {table} (")).nth(1);
        let made = made.map_or("", |body| body.split("\n);").next().unwrap());
        let here = made.contains(&format!("\n  {column} "));
        if !here && !text.contains(&format!("{added}{column} ")) {
            continue;
        }
        let body = if here { made.to_owned() } else { text.replace(&added, "") };
        let mut lines = body.lines().skip_while(|l| !l.trim().starts_with(&format!("{column} ")));
        let mut out = lines.next().unwrap_or_default().to_owned();
        // A rule may stand on the next line.
        out.extend(lines.next().filter(|l| l.trim().starts_with("check")));
        return out;
    }
    String::new()
}
