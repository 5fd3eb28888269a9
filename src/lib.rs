//! Kakehashi (架け橋): the information system of a region that supports people who need medical
//! care at home. Modules in reading order; a noun uses nouns above it and the ground floor.

// Derived code names the crate as its tests do.
extern crate self as kakehashi;

/// 利用者: the registry: people, their families, care, devices, and who may see them.
pub mod clients;
/// 緊急閲覧: one person for one hour, told to the office at once and reviewed.
pub mod emergencies;
/// 次にすること: promises with an owner and a due date.
pub mod follow_ups;
/// 相談: what came in, who took it, what was answered.
pub mod consultations;
/// 支援経過: calls, visits, meetings, mail about one person; one timeline.
pub mod case_notes;
/// コーディネーターと担当: who takes the next case, and why.
pub mod coordinators;
/// 転出入の引継ぎ: a record goes to another controller, with consent, and both keep their history.
pub mod moves;
/// 人事異動: who comes and goes, entered ahead; whose cases would be left with nobody.
pub mod office;
/// 住民記録との照合: what the resident register says of people the ward knows, to be confirmed.
pub mod residents;
/// 助言を求める: a question about a case to somebody who is not told whose it is.
pub mod questions;
/// 知識メモ: what was learned from an answer, without the person.
pub mod knowledge;
/// 事業: programmes as data; what a person may use, and why.
pub mod programmes;
/// 申請: asked for, checked, approved, decided.
pub mod applications;
/// 決定: what was granted or refused, its letter, its end.
pub mod awards;
/// 台帳: what was booked and used under an award, and what is left.
pub mod ledger;
/// 実績の指標: what a programme reports, from records or entered.
pub mod indicators;
/// 補助金: what operators and municipalities ask for, are paid and pay back.
pub mod grants;
/// 統計: one file a report; page, chart, CSV, XLSX, JSON, snapshots.
pub mod reports;
/// 取り込み: files as wards have them, dry run, one transaction, undo.
pub mod imports;
/// 連携: the operations above as JSON under `/api/v1`, described by OpenAPI.
pub mod api;
/// 記録の一生: the list of every table about a person, disclosure, the move between databases.
pub mod records;
/// 結合: two records that were one person's become one, and can be parted again.
pub mod merges;
/// 予定表: one's own dates for a calendar program.
pub mod calendar;
/// 開示・訂正・利用停止の請求: what a person may ask of whoever holds the record.
pub mod disclosures;
/// 保存期間と廃棄: how long records are kept, and how they go: two persons, certificate, tombstone.
pub mod disposals;
/// 矛盾の点検: does the data agree with itself, with the seals and with its files?
pub mod checks;
/// 元に戻す: what was just done is taken back; the trash.
pub mod reversals;
/// きょう: the first page of each role.
pub mod today;
/// The fictional ward, played through the operations above.
pub mod sample;

/// Every URL in one table.
pub mod routes;
/// The demo, the server and the other commands.
pub mod commands;

// ground floor
/// 職員: accounts, posts, organisations, sessions.
pub mod staff;
/// 閲覧・操作記録: what was done, in hash chains.
pub mod audit;
/// Who may see and do what: the actor, the access table, the predicate.
pub mod access;
/// Pages, forms, errors.
pub mod web;
/// Code lists from data files.
pub mod codes;
/// The database, whichever it is.
pub mod store;
