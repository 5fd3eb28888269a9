//! The web, below every domain noun: the running application, pages, forms, errors, files.

pub mod app;
pub mod assets;
pub mod by_time;
pub mod crowd;
pub mod did;
pub mod error;
pub mod faults;
pub mod form;
pub mod jobs;
pub mod kept;
pub mod long;
pub mod pace;
pub mod page;
pub mod problem;
pub mod qr;
pub mod said;
pub mod seen;
pub mod submitted;
pub mod versions;

pub use app::{App, Clock, Config};
pub use error::{Error, Result};
pub use form::{Entry, Field, Form, FormView, Kind, Options, Problems, Values};
pub use page::{Page, page, refused};
pub use problem::Problem;
pub use submitted::{Submitted, Upload};
