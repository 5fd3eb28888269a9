//! The checks that are one statement each: it answers with the ids of the rows that are wrong.

use super::Check;

/// 規則. A check, the table of its ids, and its statement.
pub struct Rule {
    pub check: Check,
    pub table: &'static str,
    pub sql: &'static str,
}

const fn rule(
    (id, title, todo): (&'static str, &'static str, &'static str),
    table: &'static str,
    sql: &'static str,
) -> Rule {
    Rule { check: Check { id, title, todo }, table, sql }
}

/// A case that is closed now.
macro_rules! closed {
    ($client:literal) => {
        concat!(
            "exists (select 1 from closures shut where shut.client_id = ",
            $client,
            " and shut.reopened_at is null)"
        )
    };
}

const REOPEN: &str = "利用者のページで再開するか、その行を終わりにしてください";
const MEND: &str = "利用者のページでその行を開き、訂正か取り消しをしてください";
const ASK: &str = "データベースの写しを取り、システム管理者に知らせてください";

pub const RULES: &[Rule] = &[
    rule(
        ("closed-assignments", "終結した人の、終わっていない担当", REOPEN),
        "assignments",
        "select a.id from assignments a join closures k on k.client_id = a.client_id
               and k.reopened_at is null
             where a.voided_at is null and (a.valid_until is null or a.valid_until > k.closed_on)
             order by a.id limit 100",
    ),
    rule(
        ("closed-requests", "終結した人の、決まっていない依頼", REOPEN),
        "case_requests",
        concat!(
            "select q.id from case_requests q where q.decided_at is null
               and q.withdrawn_at is null and ",
            closed!("q.client_id"),
            " order by q.id limit 100"
        ),
    ),
    rule(
        ("closed-promises", "終結した人の、済んでいない「次にすること」", REOPEN),
        "follow_ups",
        concat!(
            "select f.id from follow_ups f where f.done_at is null and f.voided_at is null and ",
            closed!("f.client_id"),
            " order by f.id limit 100"
        ),
    ),
    rule(
        ("consent-giver", "だれがしたか分からない同意", MEND),
        "consents",
        "select c.id from consents c where trim(c.given_by) = '' and c.voided_at is null
         order by c.id limit 100",
    ),
    rule(
        ("consent-category", "何についてか分からない同意", MEND),
        "consents",
        "select c.id from consents c where c.voided_at is null
           and not exists (select 1 from consent_categories g where g.consent_id = c.id)
         order by c.id limit 100",
    ),
    rule(
        ("nameless", "きょうの氏名がない人", "利用者番号で探し、氏名を登録してください"),
        "clients",
        "select c.id from clients c where c.absent is null
           and not exists (select 1 from client_names n
             where n.client_id = c.id and n.voided_at is null and n.valid_until is null)
           and not exists (select 1 from closures u where u.client_id = c.id
             and u.kind = 'import_undone' and u.reopened_at is null)
         order by c.id limit 100",
    ),
    rule(
        ("last-number", "配った番号より大きい利用者番号", ASK),
        "clients",
        "select c.id from clients c where c.number > (select max(l.last) from client_numbers l)
         order by c.id limit 100",
    ),
    rule(
        ("versions", "版のない台帳の項目", ASK),
        "client_parts",
        "select p.client_id || ' ' || p.part from client_parts p where p.version < 1
         order by 1 limit 100",
    ),
    rule(
        ("corrected-twice", "訂正したのに残っている氏名", MEND),
        "client_names",
        "select o.id from client_names o where o.voided_at is null
           and exists (select 1 from client_names n where n.replaces_id = o.id)
         order by o.id limit 100",
    ),
    rule(
        ("promise-source", "もとの記録がない「次にすること」", ASK),
        "follow_ups",
        "select f.id from follow_ups f where
           (f.source = 'consultation' and not exists (select 1 from consultations k
             where k.id = f.source_id))
           or (f.source = 'case_note' and not exists (select 1 from case_notes k
             where k.id = f.source_id))
         order by f.id limit 100",
    ),
    rule(
        (
            "barred-family",
            "情報を伝えない人の、家族のアカウント",
            "家族のアカウントのページで終えてください",
        ),
        "family_links",
        "select l.id from family_links l join client_carers c on c.id = l.carer_id
         where l.voided_at is null and l.valid_until is null and c.voided_at is null
           and c.valid_until is null
           and (coalesce(c.custody, '') = 'no' or coalesce(c.informed, '') = 'must_not')
         order by l.id limit 100",
    ),
    rule(
        ("stop-without-decision", "決定のない利用停止", ASK),
        "use_stops",
        "select u.id from use_stops u join data_requests q on q.id = u.request_id
         where q.kind <> 'stop' or q.decision is null or q.decision = 'none'
         order by u.id limit 100",
    ),
    rule(
        ("tombstone", "廃棄したはずの利用者番号", ASK),
        "clients",
        "select c.id from clients c join tombstones t on t.number = c.number
         order by c.id limit 100",
    ),
    rule(
        (
            "register-twice",
            "二つの宛名番号が付いている人",
            "住民記録との照合で、正しいほうを確かめてください",
        ),
        "register_links",
        "select max(l.id) from register_links l where l.voided_at is null
         group by l.client_id, l.controller_id having count(*) > 1 order by 1 limit 100",
    ),
];
