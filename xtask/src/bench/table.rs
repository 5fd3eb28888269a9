//! The figures: medians over the rounds, for people and for scripts.

use super::http::Round;

/// 測定値. One name, its rounds.
#[derive(Default)]
pub struct Row {
    pub name: String,
    cpu_ms: Vec<f64>,
    rps: Vec<f64>,
    p50_ms: Vec<f64>,
    p99_ms: Vec<f64>,
}

impl Row {
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// `cpu_ms` is what the server used during the round.
    pub fn add(&mut self, mut round: Round, cpu_ms: f64) {
        round.times.sort_by(f64::total_cmp);
        let n = round.times.len();
        let at = |share: f64| round.times.get((n as f64 * share) as usize).copied();
        self.cpu_ms.push(cpu_ms / n.max(1) as f64);
        self.rps.push(n as f64 / round.seconds);
        self.p50_ms.push(at(0.5).unwrap_or_default());
        self.p99_ms.push(at(0.99).unwrap_or_default());
    }

    fn figures(&self) -> [f64; 4] {
        [&self.cpu_ms, &self.rps, &self.p50_ms, &self.p99_ms].map(|all| median(all))
    }
}

pub fn median(all: &[f64]) -> f64 {
    let mut all = all.to_vec();
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or_default()
}

/// `single`: figures that are one number, with their unit in the name.
pub fn print(rows: &[Row], single: &[(String, f64)], json: bool) {
    if json {
        let one = |r: &Row| {
            let [cpu, rps, p50, p99] = r.figures();
            format!(
                "{{\"name\":\"{}\",\"cpu_ms\":{cpu:.4},\"rps\":{rps:.1},\"p50_ms\":{p50:.3},\
                 \"p99_ms\":{p99:.3}}}",
                r.name
            )
        };
        let rows: Vec<String> = rows.iter().map(one).collect();
        let single: Vec<String> = single.iter().map(|(n, v)| format!("\"{n}\":{v:.3}")).collect();
        println!("{{\"rows\":[{}],{}}}", rows.join(","), single.join(","));
        return;
    }
    let hello = rows.first().map_or(0.0, |r| r.figures()[0]).max(1e-6);
    println!(
        "{:<24}{:>10}{:>9}{:>11}{:>9}{:>9}",
        "name", "CPU ms", "x hello", "requests/s", "p50 ms", "p99 ms"
    );
    for row in rows {
        let [cpu, rps, p50, p99] = row.figures();
        let name = &row.name;
        let times = cpu / hello;
        println!("{name:<24}{cpu:>10.4}{times:>9.1}{rps:>11.0}{p50:>9.2}{p99:>9.2}");
    }
    for (name, value) in single {
        println!("{name:<34}{value:>10.2}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_in_the_middle() {
        assert_eq!(median(&[9.0, 1.0, 5.0]), 5.0);
        assert_eq!(median(&[]), 0.0);
    }
}
