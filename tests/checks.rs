//! `kakehashi check`: a good world has no finding, and every rule finds what breaks it.

use kakehashi::args;
use kakehashi::checks::{all, check};
use kakehashi::store::{Read, Sql, Tx};

use crate::records::fill::fill;
use crate::support::World;

/// (check, statements that break it; `$p` is the person's id)
const BROKEN: &[(&str, &[&str])] = &[
    (
        "overlaps",
        &["insert into client_births (id, client_id, sex, valid_from, recorded_at,
        recorded_by) values ('b2', '$p', 'male', '2026-04-02', 'x', 'x')"],
    ),
    ("numbers", &["update client_siblings set sibling_number = 'M-00011'"]),
    (
        "disposed",
        &[
            "insert into disposals (id, controller_id, reason, proposed_at, proposed_by)
         values ('d', 'ward-home', 'retention', 'x', 'account-officer-first')",
            "insert into disposal_items (disposal_id, client_id, due_on, disposed_at)
         values ('d', '$p', '2026-05-01', 'x')",
        ],
    ),
    ("tables", &["create table client_wishes (id text, client_id text)"]),
    (
        "closed-assignments",
        &["insert into closures (id, client_id, kind, closed_on, recorded_at,
        recorded_by) values ('k', '$p', 'death', '2026-11-01', 'x', 'x')"],
    ),
    (
        "closed-requests",
        &[
            "update case_requests set decided_at = null, withdrawn_at = null",
            "insert into closures (id, client_id, kind, closed_on, recorded_at, recorded_by)
         values ('k', '$p', 'death', '2026-11-01', 'x', 'x')",
        ],
    ),
    (
        "closed-promises",
        &[
            "update follow_ups set done_at = null, voided_at = null",
            "insert into closures (id, client_id, kind, closed_on, recorded_at, recorded_by)
         values ('k', '$p', 'death', '2026-11-01', 'x', 'x')",
        ],
    ),
    ("consent-giver", &["update consents set given_by = ' '"]),
    ("consent-category", &["delete from consent_categories"]),
    ("nameless", &["update client_names set voided_at = 'x'"]),
    ("last-number", &["update client_numbers set last = 0"]),
    ("versions", &["update client_parts set version = 0"]),
    (
        "corrected-twice",
        &["insert into client_names (id, client_id, family, family_kana,
        valid_from, valid_until, recorded_at, recorded_by, replaces_id) select 'n2', client_id,
        family, family_kana, '2020-01-01', '2020-01-02', 'x', 'x', id from client_names"],
    ),
    ("promise-source", &["update follow_ups set source = 'case_note', source_id = 'gone'"]),
    (
        "barred-family",
        &[
            "update family_links set valid_until = null",
            "update client_carers set custody = 'no', valid_until = null",
        ],
    ),
    ("stop-without-decision", &["update data_requests set decision = 'none'"]),
    (
        "tombstone",
        &[
            "insert into disposals (id, controller_id, reason, proposed_at, proposed_by)
         values ('d', 'ward-home', 'retention', 'x', 'account-officer-first')",
            "insert into tombstones (number, controller_id, disposal_id, enrolled_on, closed_on,
           due_on, disposed_at, counts) select number, controller_id, 'd', enrolled_on,
           enrolled_on, enrolled_on, 'x', '{}' from clients",
        ],
    ),
    ("lines", &["update client_lines set area = 'gone'"]),
    (
        "register-twice",
        &["insert into register_links (id, client_id, controller_id, register_id,
        recorded_at, recorded_by) values ('r2', '$p', 'ward-home', 'other', 'x', 'x')"],
    ),
];

/// Those a world cannot break by a statement on both databases, and where they are broken.
const ELSEWHERE: &[&str] = &[
    "references", // PostgreSQL never lets one in: tests/commands.rs
    "chains",     // tests/seals.rs, tests/commands.rs
    "seals",      // tests/seals.rs
    "files",      // below
];

async fn found(w: &World, read: &mut Read) -> Vec<String> {
    let found = check(&w.app, read).await.unwrap();
    found.into_iter().map(|f| format!("{} {}", f.check, f.what)).collect()
}

/// A person with a row in every table that agrees with itself.
async fn good(w: &World) -> String {
    let p = w.person("水野", "はる").await;
    fill(w, &p).await;
    for sql in [
        "update clients set full_at = 'x'",
        "delete from closures",
        "update client_siblings set sibling_number = null",
        "update client_carers set custody = null, informed = null",
        "update data_requests set kind = 'stop', decision = 'all'",
        "update follow_ups set source = 'assignment'",
    ] {
        w.exec(sql, args![]).await;
    }
    p.id
}

both! {
    async fn a_good_world_has_no_finding(w: World) {
        good(&w).await;
        let found = found(&w, &mut w.read(&w.system()).await).await;
        assert!(found.is_empty(), "{found:#?}");
    }

    async fn every_check_finds_what_breaks_it(w: World) {
        let p = good(&w).await;
        for (id, statements) in BROKEN {
            let mut tx: Tx = w.write(&w.system()).await;
            for sql in *statements {
                let sql = sql.replace("$p", &p);
                let done = tx.exec(Sql::built(sql.clone()), args![]).await;
                done.unwrap_or_else(|e| panic!("{e}: {sql}"));
            }
            let found = found(&w, &mut tx).await;
            assert!(found.iter().any(|f| f.starts_with(&format!("{id} "))), "{id}: {found:#?}");
        }
        let known: Vec<_> = BROKEN.iter().map(|b| b.0).chain(ELSEWHERE.iter().copied()).collect();
        for c in all() {
            assert!(known.contains(&c.id), "nothing breaks {}", c.id);
        }
    }

    async fn a_data_file_that_cannot_be_read_is_a_finding(w: World) {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("retention.toml"), "[[kind]]\nid = 1").unwrap();
        let mut w = w.clone();
        let city = Some(dir.path().to_owned());
        w.app.config =
            std::sync::Arc::new(kakehashi::web::Config { city, ..(*w.app.config).clone() });
        let found = found(&w, &mut w.read(&w.system()).await).await;
        assert!(found.len() == 1 && found[0].starts_with("files retention.toml"), "{found:?}");
    }
}
