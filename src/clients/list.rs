//! The list of people.

use axum::response::Response;

use crate::access::Actor;
use crate::web::{Error, Result};

pub async fn get(_actor: Actor) -> Result<Response> {
    Err(Error::NotFound)
}
