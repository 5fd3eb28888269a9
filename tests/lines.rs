//! 一覧の一行: whatever is written, a line says what the rows it is made of say.

use kakehashi::args;
use kakehashi::audit::Event;
use kakehashi::store::{Sql, differing_lines};

use crate::support::World;

const ACCOUNTS: [&str; 2] = ["account-officer-first", "account-coordinator-first"];

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn under(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) % n
    }

    fn day(&mut self) -> String {
        format!("2026-{:02}-{:02}", 1 + self.under(12), 1 + self.under(28))
    }
}

/// Tables, what else a row of them needs, and how it varies.
const ROWS: &[(&str, &str, &str)] = &[
    ("client_names", "family, family_kana", "'姓$n', 'せい$n'"),
    ("client_births", "born_on, sex", "'2020-04-$d', 'female'"),
    ("client_residences", "area, address", "'area-$n', '住所'"),
    (
        "assignments",
        "account_id, organisation_id, weight, reason, kind",
        "'$account', (select min(id) from organisations), 100, 'x',
         case when $n % 3 = 0 then 'support' else 'main' end",
    ),
];

/// One write of the kinds there are, to one of two people.
fn write(dice: &mut Dice, n: u64, people: [&str; 2]) -> String {
    let (table, columns, values) = ROWS[dice.under(4) as usize];
    let (person, other) = (people[dice.under(2) as usize], people[dice.under(2) as usize]);
    let (from, until) = (dice.day(), dice.day());
    let one = format!(
        "id = (select min(x.id) from {table} x where x.client_id = '{person}'
                 and x.valid_from <= '{from}')"
    );
    let values = values
        .replace("$n", &n.to_string())
        .replace("$d", &format!("{:02}", 1 + n % 28))
        .replace("$account", ACCOUNTS[n as usize % ACCOUNTS.len()]);
    match dice.under(8) {
        0..=3 => format!(
            "insert into {table} (id, client_id, valid_from, recorded_at, recorded_by, {columns})
             values ('{n:04}', '{person}', '{from}', 'x', 'x', {values})"
        ),
        4 => format!(
            "update {table} set valid_until = '{until}' where {one} and valid_from <= '{until}'"
        ),
        5 => format!("update {table} set voided_at = 'x' where {one}"),
        6 => format!("update {table} set client_id = '{other}' where {one}"),
        _ => format!("delete from {table} where {one}"),
    }
}

/// What a list says of the people on a day: by their lines, and by the rows themselves.
fn said(day: &str) -> [String; 2] {
    let valid = |x: &str| {
        format!(
            "{x}.client_id = c.id and {x}.voided_at is null and {x}.valid_from <= '{day}'
               and ({x}.valid_until is null or {x}.valid_until > '{day}')"
        )
    };
    let charge = format!(
        "(select g.account_id from assignments g where g.kind = 'main' and {}
          order by g.valid_from desc, g.id limit 1)",
        valid("g")
    );
    [
        format!(
            "select c.id, l.family, coalesce(l.born_on, ''), coalesce(l.area, ''),
               coalesce(l.coordinator_id, '') from clients c join client_lines l
                 on l.client_id = c.id and l.valid_from <= '{day}'
                 and (l.valid_until is null or l.valid_until > '{day}') order by 1, 2, 3, 4"
        ),
        format!(
            "select c.id, n.family, coalesce(b.born_on, ''), coalesce(r.area, ''),
               coalesce({charge}, '') from clients c join client_names n on {}
               left join client_births b on {} left join client_residences r on {}
             order by 1, 2, 3, 4",
            valid("n"),
            valid("b"),
            valid("r")
        ),
    ]
}

type Said = (String, String, String, String, String);

both! {
    async fn a_line_follows_whatever_it_is_made_of(w: World) {
        let (one, two) = (w.person("水野", "はる").await.id, w.person("川上", "葵").await.id);
        let mut dice = Dice(20_261_130);
        let (mut seen, mut days) = (0, 0);
        for n in 0..160 {
            w.exec(&write(&mut dice, n, [&one, &two]), args![]).await;
            let mut read = w.read(&w.system()).await;
            for day in [dice.day(), dice.day(), "2026-12-31".into()] {
                let [lines, rows] = said(&day).map(Sql::built);
                let lines: Vec<Said> = read.all(lines, args![]).await.unwrap();
                let rows: Vec<Said> = read.all(rows, args![]).await.unwrap();
                assert_eq!(lines, rows, "after {n} writes, on {day}");
                (seen, days) = (seen + rows.len(), days + usize::from(!rows.is_empty()));
            }
            assert_eq!(differing_lines(&mut read).await.unwrap(), [""; 0], "after {n} writes");
        }
        assert!(seen > 300 && days > 150, "{seen} rows on {days} days were compared");
    }

    async fn an_empty_table_is_filled_when_the_database_is_opened(w: World) {
        w.person("水野", "はる").await;
        w.exec("delete from client_lines", args![]).await;
        assert_eq!(differing_lines(&mut w.read(&w.system()).await).await.unwrap().len(), 1);
        w.reopened().await.close().await;
        w.app.db.forget();
        assert_eq!(differing_lines(&mut w.read(&w.system()).await).await.unwrap(), [""; 0]);
    }

    async fn a_write_past_the_triggers_is_noticed(w: World) {
        let person = w.person("水野", "はる").await.id;
        w.exec("update client_lines set family = '別' where client_id = $1", args![person]).await;
        let read = &mut w.read(&w.system()).await;
        assert_eq!(differing_lines(read).await.unwrap(), [person]);
    }

    async fn two_who_change_different_things_at_once_are_both_heard(w: World) {
        let person = w.person("水野", "はる").await.id;
        let insert = |n: usize| {
            let (table, columns, values) = ROWS[n];
            let values = values.replace("$n", "1").replace("$account", ACCOUNTS[0]);
            Sql::built(format!(
                "insert into {table} (id, client_id, valid_from, recorded_at, recorded_by,
                   {columns}) values ('new', '{person}', '2026-05-01', 'x', 'x', {values})"
            ))
        };
        let mut first = w.write(&w.system()).await;
        first.exec(insert(2), args![]).await.unwrap();
        let (beside, charge) = (w.clone(), insert(3));
        let second = tokio::spawn(async move {
            let mut tx = beside.write(&beside.system()).await;
            tx.exec(charge, args![]).await.unwrap();
            tx.record(Event::new("prepare", "world", "")).await.unwrap();
            tx.commit().await.unwrap();
        });
        tokio::time::sleep(std::time::Duration::from_millis(150)).await;
        first.record(Event::new("prepare", "world", "")).await.unwrap();
        first.commit().await.unwrap();
        second.await.unwrap();
        assert_eq!(differing_lines(&mut w.read(&w.system()).await).await.unwrap(), [""; 0]);
        let whole = "select count(*) from client_lines where area = 'area-1'
                       and coordinator_id is not null";
        assert_eq!(w.count(whole, args![]).await, 1);
    }
}
