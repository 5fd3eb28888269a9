//! 決裁の経路と文書番号: who approves, by office and amount, and how letters are numbered. A data file.

use serde::Deserialize;

use crate::args;
use crate::store::Tx;
use crate::web::{App, Error, Result};

/// 決裁の経路と文書番号. `approval.toml`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Routes {
    route: Vec<Route>,
    number: Vec<Numbering>,
}

/// 決裁の経路. The first that fits the office and the amount.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    #[serde(default)]
    pub office: Option<String>,
    /// Yen a year; an unknown amount fits only a route without a limit.
    #[serde(default)]
    pub up_to: Option<i64>,
    /// 職, in the order in which they approve.
    pub steps: Vec<String>,
    #[serde(default)]
    pub ask: String,
}

/// 文書番号の形. `{year}` the year of the era, `{n}` counted from 1 in every fiscal year.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Numbering {
    #[serde(default)]
    pub office: Option<String>,
    pub format: String,
}

impl Routes {
    pub fn of(app: &App) -> Result<Self> {
        let text = app.config.data_file(
            "approval.toml",
            include_str!("approval.toml"),
            include_str!("../../sample/city/approval.toml"),
        );
        text.and_then(|t| Self::read(&t)).map_err(|why| Error::refused("", why))
    }

    pub fn read(text: &str) -> std::result::Result<Self, String> {
        let routes: Self = toml::from_str(text).map_err(|e| format!("approval.toml: {e}"))?;
        let open = |r: &Route| r.office.is_none() && r.up_to.is_none();
        if !routes.route.iter().any(open) || routes.route.iter().any(|r| r.steps.is_empty()) {
            return Err("approval.toml: 担当も金額も問わない経路を一つ書き、どの経路にも steps を\
                        書いてください。"
                .into());
        }
        if routes.number.iter().any(|n| !n.format.contains("{n}") || !n.format.contains("{year}")) {
            return Err("approval.toml: 文書番号には {year} と {n} が要ります。".into());
        }
        if !routes.number.iter().any(|n| n.office.is_none()) {
            return Err("approval.toml: 担当を問わない文書番号の形を一つ書いてください。".into());
        }
        Ok(routes)
    }

    pub fn find(&self, office: &str, amount: Option<i64>) -> &Route {
        let fits = |r: &&Route| {
            r.office.as_deref().is_none_or(|o| o == office)
                && r.up_to.is_none_or(|up_to| amount.is_some_and(|yen| yen <= up_to))
        };
        // `read` made sure that one fits everything.
        self.route.iter().find(fits).unwrap_or(&self.route[0])
    }

    fn format(&self, office: &str) -> &str {
        let own = self.number.iter().find(|n| n.office.as_deref() == Some(office));
        let open = || self.number.iter().find(|n| n.office.is_none());
        own.or_else(open).map_or("{year}-{n}", |n| n.format.as_str())
    }

    /// The next number of an office in the fiscal year of the actor's day.
    pub async fn next_number(&self, tx: &mut Tx, office: &str) -> Result<String> {
        let year = civil::FiscalYear::of(tx.actor.today());
        let controller = tx.actor.controller_id.clone();
        tx.exec(
            "insert into document_numbers (controller_id, series, fiscal_year, last)
             values ($1, $2, $3, 1) on conflict (controller_id, series, fiscal_year)
             do update set last = document_numbers.last + 1",
            args![controller, office, i64::from(year.year())],
        )
        .await?;
        let (last,): (i64,) = tx
            .one(
                "select last from document_numbers
                 where controller_id = $1 and series = $2 and fiscal_year = $3",
                args![controller, office, i64::from(year.year())],
            )
            .await?;
        let label = year.label();
        let label = label.trim_start_matches("令和").trim_end_matches("年度");
        Ok(self.format(office).replace("{year}", label).replace("{n}", &last.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_route_depends_on_office_and_amount() {
        let text = "number = [{ format = \"{year}-{n}\" }]
            route = [{ office = \"障害者支援課\", up_to = 100000, steps = [\"係長\"] },
                     { steps = [\"係長\", \"課長\"] }]";
        let routes = Routes::read(text).unwrap();
        let steps = |office, amount| routes.find(office, amount).steps.len();
        assert_eq!(steps("障害者支援課", Some(100_000)), 1);
        assert_eq!(steps("障害者支援課", Some(100_001)), 2);
        assert_eq!(steps("障害者支援課", None), 2, "an unknown amount is not a small one");
        assert_eq!(steps("保健センター", Some(1)), 2);
    }

    #[test]
    fn a_file_that_leaves_a_case_open_is_refused() {
        let numbers = "number = [{ format = \"{year}-{n}\" }]\n";
        assert!(
            Routes::read(&format!("{numbers}route = [{{ up_to = 1, steps = [\"a\"] }}]")).is_err()
        );
        assert!(
            Routes::read("number = [{ format = \"{n}\" }]\nroute = [{ steps = [\"a\"] }]").is_err()
        );
        for text in [include_str!("approval.toml"), include_str!("../../sample/city/approval.toml")]
        {
            Routes::read(text).unwrap();
        }
    }
}
