//! Every URL in one table. Who may use it stands, with a reason, in `access/routes.txt`; a route
//! without a row there is open to nobody.

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodFilter, on};
use axum::{Extension, Router};

use crate::access::gate;
use crate::web::crowd::{Crowd, admit};
use crate::web::submitted::UPLOAD_BYTES;
use crate::web::{App, Error, assets};
use crate::{
    api, applications, audit, awards, calendar, case_notes, clients, consultations, coordinators,
    disclosures, disposals, emergencies, follow_ups, grants, imports, indicators, knowledge,
    ledger, merges, moves, office, programmes, questions, reports, residents, reversals, staff,
    today,
};

macro_rules! routes {
    ($($method:ident $path:literal => $handler:path;)*) => {
        pub(super) const LISTED: &[(&str, &str)] = &[$((stringify!($method), $path)),*];

        pub(super) fn table() -> Router<App> {
            Router::new()$(.route($path, on(MethodFilter::$method, $handler)))*
        }
    };
}

mod programs;

/// (method, path) of everything that answers, for the tests of the access table.
pub const ROUTES: &[(&str, &str)] =
    &joined::<{ LISTED.len() + programs::LISTED.len() }>(LISTED, programs::LISTED);

type Listed = &'static [(&'static str, &'static str)];

const fn joined<const N: usize>(a: Listed, b: Listed) -> [(&'static str, &'static str); N] {
    let (mut all, mut n) = ([("", ""); N], 0);
    while n < N {
        all[n] = if n < a.len() { a[n] } else { b[n - a.len()] };
        n += 1;
    }
    all
}

routes! {
    GET "/assets/kakehashi.css" => assets::stylesheet;
    GET "/assets/kakehashi.js" => assets::script;
    GET "/login" => staff::login::get;
    POST "/login" => staff::login::post;
    GET "/login/code" => staff::login_code::get;
    POST "/login/code" => staff::login_code::post;
    POST "/logout" => staff::login::logout;
    POST "/lock" => staff::confirm::lock;
    GET "/confirm" => staff::confirm::get;
    POST "/confirm" => staff::confirm::post;
    GET "/invitations" => staff::invitations::enter;
    POST "/invitations" => staff::invitations::find;
    GET "/invitations/{token}" => staff::invitations::get;
    POST "/invitations/{token}" => staff::invitations::post;
    POST "/drafts/{form}" => staff::drafts::post;
    POST "/drafts/{form}/drop" => staff::drafts::throw_away;
    POST "/drafts/{form}/take" => staff::drafts::take;
    // clients
    GET "/clients" => clients::list::get;
    POST "/clients" => clients::list::post;
    POST "/clients/suggest" => clients::list::suggest;
    GET "/clients/new" => clients::enrol::get;
    POST "/clients/new" => clients::enrol::post;
    GET "/clients/{number}" => clients::show::get;
    GET "/light-records" => clients::light::get;
    POST "/light-records" => clients::light::post;
    POST "/clients/{number}/promote" => clients::light::promote_post;
    GET "/mine" => clients::mine::get;
    GET "/mine/looks" => clients::mine::all_looks;
    GET "/clients/{number}/looks" => clients::looks::get;
    GET "/clients/{number}/care-score" => clients::care_score::get;
    GET "/clients/{number}/care-score/new" => clients::care_score_new::get;
    POST "/clients/{number}/care-score/new" => clients::care_score_new::post;
    GET "/clients/{number}/parts/{part}" => clients::part_show::get;
    GET "/clients/{number}/parts/{part}/new" => clients::part_new::get;
    POST "/clients/{number}/parts/{part}/new" => clients::part_new::post;
    GET "/clients/{number}/parts/{part}/{row}/correct" => clients::part_correct::get;
    POST "/clients/{number}/parts/{part}/{row}/correct" => clients::part_correct::post;
    GET "/clients/{number}/parts/{part}/{row}/end" => clients::part_end::get;
    POST "/clients/{number}/parts/{part}/{row}/end" => clients::part_end::post;
    POST "/clients/{number}/parts/{part}/{row}/void" => clients::part_end::void;
    GET "/clients/{number}/close" => clients::close::get;
    POST "/clients/{number}/close" => clients::close::post;
    GET "/clients/{number}/team" => clients::team_page::get;
    POST "/clients/{number}/team" => clients::team_page::post;
    POST "/clients/{number}/team/{member}/leave" => clients::team_page::leave;
    GET "/clients/{number}/address" => clients::address::get;
    POST "/clients/{number}/address" => clients::address::post;
    POST "/clients/{number}/address/{restriction}/review" => clients::address::review;
    POST "/clients/{number}/address/{restriction}/end" => clients::address::end;
    GET "/clients/{number}/family" => clients::family_page::get;
    POST "/clients/{number}/family" => clients::family_page::post;
    POST "/clients/{number}/family/{link}/end" => clients::family_page::end;
    // emergencies
    GET "/emergencies/new" => emergencies::open::get;
    POST "/emergencies/new" => emergencies::open::post;
    POST "/emergencies/{id}/end" => emergencies::end::post;
    GET "/emergencies" => emergencies::list::get;
    GET "/emergencies/{id}" => emergencies::review::get;
    POST "/emergencies/{id}" => emergencies::review::post;
    // follow_ups
    GET "/follow-ups" => follow_ups::list::get;
    GET "/follow-ups/{id}" => follow_ups::show::get;
    POST "/follow-ups/{id}/done" => follow_ups::done::post;
    POST "/follow-ups/{id}/hand-over" => follow_ups::hand_over::post;
    // consultations
    GET "/consultations" => consultations::list::get;
    GET "/consultations/new" => consultations::log::get;
    POST "/consultations/new" => consultations::log::post;
    GET "/consultations/{id}" => consultations::show::get;
    GET "/consultations/{id}/correct" => consultations::correct::get;
    POST "/consultations/{id}/correct" => consultations::correct::post;
    GET "/consultations/{id}/withdraw" => consultations::withdraw::get;
    POST "/consultations/{id}/withdraw" => consultations::withdraw::post;
    // case_notes
    GET "/case-notes" => case_notes::list::get;
    GET "/case-notes/{id}" => case_notes::show::get;
    GET "/case-notes/{id}/correct" => case_notes::correct::get;
    POST "/case-notes/{id}/correct" => case_notes::correct::post;
    GET "/case-notes/{id}/withdraw" => case_notes::withdraw::get;
    POST "/case-notes/{id}/withdraw" => case_notes::withdraw::post;
    GET "/clients/{number}/notes/new" => case_notes::write::get;
    POST "/clients/{number}/notes/new" => case_notes::write::post;
    GET "/clients/{number}/timeline" => case_notes::timeline::get;
    // coordinators
    GET "/assignments" => coordinators::caseload::get;
    GET "/assignments/settings" => coordinators::limits::get;
    POST "/assignments/settings" => coordinators::limits::post;
    GET "/assignments/batch" => coordinators::batch::get;
    POST "/assignments/batch" => coordinators::batch::post;
    GET "/assignments/{id}/hand-over" => coordinators::hand_over::get;
    POST "/assignments/{id}/hand-over" => coordinators::hand_over::post;
    GET "/clients/{number}/assignments" => coordinators::history::get;
    GET "/assignments/of/{account}" => coordinators::cases_of::get;
    GET "/assignments/offices/{organisation}" => coordinators::cases_of::office;
    GET "/coordinators/{account}/profile" => coordinators::profile::get;
    POST "/coordinators/{account}/profile" => coordinators::profile::post;
    GET "/coordinators/{account}/leaves" => coordinators::leave::get;
    POST "/coordinators/{account}/leaves" => coordinators::leave::post;
    GET "/consultations/{id}/case" => coordinators::request::get_case;
    POST "/consultations/{id}/case" => coordinators::request::post_case;
    GET "/clients/{number}/request" => coordinators::request::get;
    POST "/clients/{number}/request" => coordinators::request::post;
    GET "/requests/{id}" => coordinators::assign::get;
    POST "/requests/{id}" => coordinators::assign::post;
    POST "/requests/{id}/withdraw" => coordinators::assign::withdraw;
    // moves
    GET "/moves" => moves::list::get;
    GET "/clients/{number}/move" => moves::propose::get;
    POST "/clients/{number}/move" => moves::propose::post;
    POST "/clients/{number}/move/withdraw" => moves::leave::withdraw;
    POST "/clients/{number}/move/done" => moves::leave::done;
    GET "/moves/{id}" => moves::receive::get;
    POST "/moves/{id}/accept" => moves::receive::accept;
    POST "/moves/{id}/decline" => moves::receive::decline;
    GET "/moves/{id}/sheet" => moves::sheet::get;
    // merges
    GET "/duplicates" => merges::candidates::get;
    POST "/duplicates" => merges::candidates::post;
    GET "/clients/{number}/same/{other}" => merges::compare::get;
    POST "/clients/{number}/same/{other}" => merges::join::post;
    POST "/clients/{number}/same/{other}/apart" => merges::apart::post;
    GET "/clients/{number}/merges" => merges::undo::get;
    POST "/clients/{number}/merges/{merge}/undo" => merges::undo::post;
    // reversals
    POST "/undo" => reversals::undo::post;
    GET "/trash" => reversals::trash::get;
    POST "/trash/{kind}/{id}" => reversals::trash::post;
    GET "/clients/{number}/trash" => reversals::throw::get;
    POST "/clients/{number}/trash" => reversals::throw::post;
    // office
    GET "/transfers" => office::transfers::get;
    POST "/transfers/{id}/void" => office::transfers::void;
    GET "/accounts/{id}/transfer" => office::transfer::get;
    POST "/accounts/{id}/transfer" => office::transfer::post;
    GET "/accounts/{id}/leaving" => office::leaver::get;
    GET "/reviews" => office::reviews::get;
    POST "/reviews" => office::reviews::post;
    GET "/reviews/{id}" => office::review::get;
    POST "/reviews/{id}" => office::review::post;
    POST "/reviews/{id}/finish" => office::review::finish;
    GET "/unowned" => office::unowned::get;
    GET "/unowned/{account}" => office::hand_on::get;
    POST "/unowned/{account}" => office::hand_on::post;
    // programmes
    GET "/clients/{number}/programmes" => programmes::verdicts::get;
    GET "/clients/{number}/facts/{fact}" => programmes::answers::get;
    POST "/clients/{number}/facts/{fact}" => programmes::answers::post;
    POST "/clients/{number}/facts/{row}/void" => programmes::answers::void;
    // applications and awards
    GET "/applications" => applications::list::get;
    GET "/clients/{number}/applications/new" => applications::receive::get;
    POST "/clients/{number}/applications/new" => applications::receive::post;
    GET "/applications/{id}" => applications::show::get;
    GET "/applications/{id}/draft" => applications::draft::get;
    POST "/applications/{id}/return" => applications::send_back::post;
    POST "/applications/{id}/complete" => applications::send_back::complete_post;
    POST "/applications/{id}/withdraw" => applications::send_back::withdraw_post;
    POST "/applications/{id}/assess" => applications::assess::post;
    POST "/applications/{id}/approve" => applications::approve::post;
    POST "/applications/{id}/decide" => applications::decide::post;
    GET "/awards/{id}" => awards::show::get;
    GET "/awards/{id}/letter" => awards::letter::get;
    POST "/awards/{id}/end" => awards::end::post;
    GET "/programmes" => indicators::list::get;
    GET "/programmes/people" => ledger::lists::get;
    GET "/programmes/{id}" => indicators::page::get;
    GET "/programmes/{id}/people/{list}" => programmes::people::get;
    GET "/what-if" => programmes::what_if::get;
    POST "/what-if" => programmes::what_if::post;
    POST "/programmes/{id}/bodies" => indicators::bodies::post;
    POST "/programmes/{id}/bodies/{body}/void" => indicators::bodies::void;
    POST "/programmes/{id}/counts" => indicators::report::post;
    POST "/programmes/{id}/counts/{count}/void" => indicators::report::void;
    POST "/programmes/{id}/figures" => indicators::enter::post;
    POST "/programmes/{id}/figures/{figure}/void" => indicators::enter::void;
    GET "/grants" => grants::list::get;
    GET "/grants/new" => grants::apply::get;
    POST "/grants/new" => grants::apply::post;
    GET "/grants/{id}" => grants::show::get;
    POST "/grants/{id}/deadlines" => grants::deadlines::post;
    POST "/grants/{id}/deadlines/{deadline}/void" => grants::deadlines::void;
    POST "/grants/{id}/facts" => grants::apply::answer_post;
    POST "/grants/{id}/lines" => grants::lines::post;
    POST "/grants/{id}/lines/{line}/void" => grants::lines::void;
    POST "/grants/{id}/steps" => grants::steps::post;
    POST "/grants/{id}/steps/{step}/void" => grants::undo::post;
    // ledger
    GET "/clients/{number}/ledger" => ledger::show::get;
    GET "/clients/{number}/ledger/{decision}/book" => ledger::book::get;
    POST "/clients/{number}/ledger/{decision}/book" => ledger::book::post;
    GET "/clients/{number}/ledger/{decision}/use" => ledger::record::get;
    POST "/clients/{number}/ledger/{decision}/use" => ledger::record::post;
    GET "/clients/{number}/ledger/{entry}/reverse" => ledger::reverse::get;
    POST "/clients/{number}/ledger/{entry}/reverse" => ledger::reverse::post;
    GET "/mine/ledger" => ledger::mine::get;
    GET "/ledger" => ledger::list::get;
    GET "/usage" => ledger::months::get;
    GET "/usage/{month}" => ledger::month::get;
    POST "/usage/{month}" => ledger::month::post;
    POST "/usage/{month}/upload" => ledger::month::upload;
    // disclosures
    GET "/disclosures" => disclosures::list::get;
    GET "/clients/{number}/disclosures" => disclosures::receive::get;
    POST "/clients/{number}/disclosures" => disclosures::receive::post;
    GET "/disclosures/{id}" => disclosures::show::get;
    POST "/disclosures/{id}/decide" => disclosures::decide::post;
    POST "/disclosures/{id}/extend" => disclosures::extend::post;
    POST "/disclosures/{id}/withdraw" => disclosures::extend::withdraw_post;
    POST "/disclosures/{id}/resume" => disclosures::stop::post;
    GET "/disclosures/{id}/copy" => disclosures::copy::get;
    POST "/disclosures/{id}/copy" => disclosures::copy::post;
    GET "/disclosures/{id}/print" => disclosures::copy::print;
    // disposals
    GET "/disposals" => disposals::index::get;
    POST "/disposals" => disposals::index::post;
    GET "/disposals/{id}" => disposals::show::get;
    POST "/disposals/{id}/confirm" => disposals::confirm::post;
    POST "/disposals/{id}/withdraw" => disposals::withdraw::post;
    GET "/disposals/{id}/certificate" => disposals::certificate::get;
    // residents
    GET "/residents" => residents::list::get;
    POST "/residents" => residents::list::post;
    GET "/residents/{id}" => residents::show::get;
    POST "/residents/{id}/take" => residents::take::post;
    POST "/residents/{id}/leave" => residents::take::leave;
    // questions and knowledge
    GET "/clients/{number}/questions/new" => questions::ask::get;
    POST "/clients/{number}/questions/new" => questions::ask::post;
    GET "/questions" => questions::list::get;
    GET "/questions/{id}" => questions::one::get;
    POST "/questions/{id}/reply" => questions::reply::post;
    POST "/questions/{id}/close" => questions::end::close;
    POST "/questions/{id}/withdraw" => questions::end::withdraw;
    GET "/questions/{id}/knowledge" => knowledge::write::get;
    POST "/questions/{id}/knowledge" => knowledge::write::post;
    GET "/knowledge" => knowledge::list::get;
    GET "/knowledge/{id}" => knowledge::note::get;
    POST "/knowledge/{id}" => knowledge::note::post;
    // reports
    GET "/reports" => reports::index::get;
    GET "/reports/{id}" => reports::show::get;
    GET "/reports/{id}/files/{format}" => reports::files::get;
    POST "/reports/{id}/publish" => reports::publish::post;
    GET "/reports/{id}/editions/{number}" => reports::edition::get;
    GET "/reports/{id}/editions/{number}/files/{format}" => reports::edition::file;
    // imports
    GET "/imports" => imports::index::get;
    POST "/imports" => imports::index::post;
    GET "/imports/template/{layout}" => imports::template::get;
    GET "/imports/{id}" => imports::show::get;
    POST "/imports/{id}/repair" => imports::repair::post;
    POST "/imports/{id}/save" => imports::save::post;
    POST "/imports/{id}/undo" => imports::undo::post;
    POST "/imports/{id}/discard" => imports::discard::post;
    // api
    GET "/help/api" => api::document::get_page;
    // today
    GET "/" => today::page::get;
    GET "/today/{list}" => today::lists::get;
    // staff and audit
    GET "/help" => staff::help::get;
    GET "/me" => staff::me::get;
    POST "/me" => staff::me::post;
    GET "/me/password" => staff::password::get;
    POST "/me/password" => staff::password::post;
    GET "/me/notices" => staff::notices::get;
    POST "/me/notices" => staff::notices::post;
    GET "/me/second-factor" => staff::second_factor::get;
    POST "/me/second-factor" => staff::second_factor::post;
    POST "/me/second-factor/confirm" => staff::second_factor::confirm;
    POST "/me/second-factor/codes" => staff::second_factor::codes;
    POST "/me/second-factor/remove" => staff::second_factor::remove_own;
    POST "/me/post" => staff::me::choose;
    POST "/me/calendar" => staff::feeds::post;
    POST "/me/calendar/revoke" => staff::feeds::revoke;
    GET "/calendar/{token}" => calendar::feed::get;
    GET "/accounts" => staff::accounts::get;
    GET "/accounts/new" => staff::account_new::get;
    POST "/accounts/new" => staff::account_new::post;
    GET "/accounts/{id}" => staff::account::get;
    POST "/accounts/{id}" => staff::account::post;
    POST "/accounts/{id}/invitation" => staff::account::invite;
    GET "/organisations" => staff::organisations::get;
    GET "/organisations/new" => staff::organisations::new;
    POST "/organisations/new" => staff::organisations::post;
    GET "/organisations/{id}" => staff::organisation::get;
    POST "/organisations/{id}" => staff::organisation::post;
    POST "/organisations/{id}/close" => staff::organisation::close;
    GET "/codes" => staff::code_pages::get;
    GET "/codes/{list}" => staff::code_pages::list;
    POST "/codes/{list}" => staff::code_pages::add;
    GET "/codes/{list}/{code}" => staff::code_pages::one;
    POST "/codes/{list}/{code}" => staff::code_pages::post;
    GET "/administration" => staff::health::get;
    GET "/health" => staff::health::monitor;
    GET "/accounts/{id}/adviser" => staff::advisers::get;
    POST "/accounts/{id}/adviser" => staff::advisers::post;
    POST "/accounts/{id}/adviser/{adviser}/end" => staff::advisers::end;
    GET "/settings" => staff::setting_pages::get;
    GET "/settings/{key}" => staff::setting_pages::one;
    POST "/settings/{key}" => staff::setting_pages::post;
    GET "/tokens" => staff::tokens::get;
    GET "/tokens/new" => staff::token_new::get;
    POST "/tokens/new" => staff::token_new::post;
    POST "/tokens/limit" => staff::tokens::limit;
    POST "/tokens/{id}/revoke" => staff::tokens::post;
    GET "/audit" => audit::list::get;
    GET "/audit/file" => audit::file::get;
    GET "/audit/seals" => audit::sheet::get;
    POST "/audit/verify" => audit::check::post;
}

pub fn router(app: App) -> Router {
    let reports = reports::Catalogue::load(&app.codes, app.config.city.as_deref());
    table()
        .merge(programs::table())
        .fallback(|| async { Error::NotFound })
        .layer(Extension(Arc::new(reports)))
        .layer(Extension(programmes::load(&app.config).unwrap_or_default()))
        .layer(DefaultBodyLimit::max(UPLOAD_BYTES))
        .layer(from_fn_with_state(app.clone(), gate))
        .layer(from_fn_with_state(Crowd::default(), admit))
        .with_state(app)
}
