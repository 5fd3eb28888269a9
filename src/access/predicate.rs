//! The predicate: one SQL condition that says whether the actor may see a person, for a category of
//! data. Statements are put together at compile time:
//! `concat!("select .. from clients c where ", visible!("c.id", "care"))`.
//!
//! `$1` reach, `$2` controller, `$3` organisation (in an emergency the instant), `$4` account,
//! `$5` today.

/// データの区分. What a consent may be given for, and what each statement asks about.
pub const CATEGORIES: &[(&str, &str)] = &[
    ("identity", "氏名・生年月日・連絡先"),
    ("family", "家族の状況"),
    ("care", "医療的ケア・機器・病名"),
    ("consultation", "相談と支援の経過"),
    ("plan", "計画"),
    ("disaster", "災害時の備え"),
];

/// True when the actor may see data of the category about the person whose id is `$client`.
#[macro_export]
macro_rules! visible {
    ($client:literal, $category:literal) => {
        concat!(
            "(/*see*/ exists (select 1 from clients seen where seen.id = ",
            $client,
            " and ",
            $crate::seen!("seen", $category),
            "))"
        )
    };
}

/// [`visible!`] of the row `$row` of `clients` that a statement stands on anyway.
#[macro_export]
macro_rules! visible_row {
    ($row:literal, $category:literal) => {
        concat!("(/*see*/ ", $crate::seen!($row, $category), ")")
    };
}

/// The predicate itself, of a row of `clients`.
#[macro_export]
macro_rules! seen {
    ($seen:literal, $category:literal) => {
        concat!(
            // Merged into another record, or in the trash: nobody's.
            $seen,
            ".absent is null and (($1 = 'controller' and ",
            $seen,
            ".controller_id = $2) or ($1 = 'team' and ",
            $seen,
            ".controller_id = $2 and ",
            $crate::in_team!($seen),
            ") or ($1 = 'consented' and ",
            $crate::in_team!($seen),
            " and exists (select 1 from consents agreed join consent_categories agreed_to",
            " on agreed_to.consent_id = agreed.id where agreed.client_id = ",
            $seen,
            ".id and agreed.recipient_id = $3 and agreed.purpose = 'support'",
            " and agreed_to.category = '",
            $category,
            "' and agreed.valid_from <= $5",
            " and (agreed.valid_until is null or agreed.valid_until > $5)",
            " and agreed.withdrawn_on is null and agreed.voided_at is null))",
            " or ($1 = 'family' and exists (select 1 from family_links own where own.client_id = ",
            $seen,
            ".id and own.account_id = $4 and own.valid_from <= $5",
            " and (own.valid_until is null or own.valid_until > $5)",
            " and own.voided_at is null))",
            " or ($1 = 'emergency' and '",
            $category,
            "' in ('identity', 'family', 'care', 'disaster') and ",
            $crate::in_emergency!($seen),
            ") or ($1 in ('team', 'consented') and exists (select 1 from questions asked",
            " join question_categories shown on shown.question_id = asked.id",
            " where asked.client_id = ",
            $seen,
            ".id and asked.adviser_id = $4",
            " and asked.basis = 'consent' and shown.category = '",
            $category,
            "' and asked.shown_from <= $5 and asked.shown_until > $5",
            " and asked.closed_at is null and asked.withdrawn_at is null)))",
            $crate::not_kept_back!($seen)
        )
    };
}

/// A record that one programme knows is its office's alone until it is promoted; one whose use was
/// stopped is left to the controller's staff, and to the team where that was decided. A family
/// keeps seeing its own, and a life in danger opens it.
#[macro_export]
macro_rules! not_kept_back {
    ($seen:literal) => {
        concat!(
            " and (",
            $seen,
            ".held_by is null or ",
            $seen,
            ".full_at is not null or ",
            $seen,
            ".held_by = $3 or $1 in ('family', 'emergency'))",
            " and not ($1 in ('team', 'consented') and exists (select 1 from use_stops stopped",
            " where stopped.client_id = ",
            $seen,
            ".id and stopped.valid_from <= $5",
            " and (stopped.valid_until is null or stopped.valid_until > $5)",
            " and not ($1 = 'team' and stopped.left_to = 'team')))"
        )
    };
}

/// True when the person is known to more than one programme: lists and numbers of the registry ask
/// this, because a record with nothing but a name wants no coordinator and no folder.
#[macro_export]
macro_rules! full_record {
    ($client:literal) => {
        concat!("(", $client, ".held_by is null or ", $client, ".full_at is not null)")
    };
}

/// The actor's organisation belongs to the support team of `$seen` today.
#[macro_export]
macro_rules! in_team {
    ($seen:literal) => {
        concat!(
            "exists (select 1 from team_members member where member.client_id = ",
            $seen,
            ".id and member.organisation_id = $3 and member.valid_from <= $5",
            " and (member.valid_until is null or member.valid_until > $5)",
            " and member.voided_at is null)"
        )
    };
}

/// The actor has opened `$seen` in an emergency (緊急閲覧), and the hour is not over: `$3` is then the
/// instant of the request. Another controller's person only where the setting allowed it that day.
#[macro_export]
macro_rules! in_emergency {
    ($seen:literal) => {
        concat!(
            "exists (select 1 from emergencies glass where glass.client_id = ",
            $seen,
            ".id and glass.account_id = $4 and (",
            $seen,
            ".controller_id = $2 or glass.crosses = 1)",
            " and glass.opened_at <= $3 and glass.ends_at > $3 and glass.ended_at is null)"
        )
    };
}

/// True when the person lies in the trash of the actor's controller: what `visible!` leaves out.
#[macro_export]
macro_rules! visible_trash {
    ($client:literal) => {
        concat!(
            "(/*see*/ exists (select 1 from clients seen where seen.id = ",
            $client,
            " and seen.absent = 'trashed' and $1 = 'controller' and seen.controller_id = $2",
            " and $3 = $3 and $4 = $4 and $5 = $5))"
        )
    };
}

/// True when nobody has closed the person's case: lists, letters and suggestions ask this.
#[macro_export]
macro_rules! not_closed {
    ($client:literal) => {
        concat!(
            "not exists (select 1 from closures shut where shut.client_id = ",
            $client,
            " and shut.reopened_at is null)"
        )
    };
}

/// True when the person's address and telephones are hidden from the actor today (住所の非開示). The
/// controller's staff see them, and a team of the same controller where the restriction says so;
/// nobody else, and not the family's account either: it may be the one they are hidden from.
#[macro_export]
macro_rules! address_hidden {
    ($client:literal) => {
        concat!(
            "exists (select 1 from restrictions hid where hid.client_id = ",
            $client,
            " and hid.kind = 'address_hidden' and hid.voided_at is null and hid.valid_from <= $5",
            " and (hid.valid_until is null or hid.valid_until > $5)",
            " and $1 <> 'controller' and not ($1 = 'team' and hid.shown_to = 'team'))"
        )
    };
}

/// True when the actor may see the consultation `k` (the alias every statement gives it): by its
/// person, or, where it names nobody, as the controller's staff or the desk that took it.
#[macro_export]
macro_rules! visible_consultation {
    () => {
        concat!(
            "((k.client_id is null and (/*see*/ ($1 = 'controller' and k.controller_id = $2)",
            " or ($1 in ('team', 'consented') and k.organisation_id = $3)))",
            " or (k.client_id is not null and ",
            $crate::visible!("k.client_id", "consultation"),
            "))"
        )
    };
}

/// As [`visible_consultation!`], and the prefecture may count (its pages suppress small cells).
#[macro_export]
macro_rules! countable_consultation {
    () => {
        concat!("($1 = 'statistics' or ", $crate::visible_consultation!(), ")")
    };
}

/// True when the actor may count a case as part of a colleague's load. Wider than [`visible!`] on
/// purpose, and for numbers only: whoever decides who takes the next case must know how much
/// everybody of the same controller carries, but not whom.
#[macro_export]
macro_rules! countable_load {
    ($client:literal) => {
        concat!(
            "(/*see*/ exists (select 1 from clients seen where seen.id = ",
            $client,
            " and seen.controller_id = $2 and $1 in ('controller', 'team')",
            " and $3 = $3 and $4 = $4 and $5 = $5))"
        )
    };
}

/// [`visible!`] as text, for statements put together from part and report files.
pub fn visible(client: &str, category: &str) -> String {
    visible!("{client}", "{category}").replace("{client}", client).replace("{category}", category)
}

/// [`visible_row!`] as text.
pub fn visible_row(row: &str, category: &str) -> String {
    visible_row!("{row}", "{category}").replace("{row}", row).replace("{category}", category)
}

/// As [`visible`], and the prefecture may count (its pages suppress small cells).
pub fn countable(client: &str, category: &str) -> String {
    format!("($1 = 'statistics' or {})", visible(client, category))
}

/// [`countable_load!`] as text.
pub fn countable_load(client: &str) -> String {
    countable_load!("{client}").replace("{client}", client)
}

/// [`not_closed!`] as text.
pub fn not_closed(client: &str) -> String {
    not_closed!("{client}").replace("{client}", client)
}

/// [`address_hidden!`] as text.
pub fn address_hidden(client: &str) -> String {
    address_hidden!("{client}").replace("{client}", client)
}

/// [`visible_consultation!`] as text.
pub const fn visible_consultation() -> &'static str {
    visible_consultation!()
}

/// [`countable_consultation!`] as text.
pub const fn countable_consultation() -> &'static str {
    countable_consultation!()
}
