//! 次にすること: promises with an owner and a due date. Consultations, notes and assignments make
//! them; nobody's promise ends without an outcome or somebody who took it over.

pub mod done;
pub mod hand_over;
pub mod list;
mod promise;
pub mod show;

pub use done::done;
pub use hand_over::hand_over;
pub use list::{Counts, Filter, FollowUp, Origin, count_to, counts, due, find, of, one};
pub use promise::{Promise, fields, moved, promise, promise_next, withdrawn};

/// True when the actor may see the follow-up `f` (the alias every statement gives it): by its
/// person, or, where it names nobody, as the controller's staff or the office that made it.
#[macro_export]
macro_rules! visible_follow_up {
    () => {
        concat!(
            "((f.client_id is null and (/*see*/ ($1 = 'controller' and f.controller_id = $2)",
            " or ($1 in ('team', 'consented') and f.organisation_id = $3)))",
            " or (f.client_id is not null and ",
            $crate::visible!("f.client_id", "consultation"),
            "))"
        )
    };
}
