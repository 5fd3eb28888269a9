//! 停電時の電源: how long the devices run without a socket, as far as the folder knows.

use super::facts::Folder;
use super::parts::PartRow;

/// 医療機器. What counts without a socket.
#[derive(Clone, Debug, Default)]
pub struct Device {
    /// In words.
    pub kind: String,
    pub is_ventilator: bool,
    pub watts: Option<i64>,
    pub internal_minutes: Option<i64>,
    pub external_count: Option<i64>,
    pub external_minutes: Option<i64>,
}

impl Device {
    pub fn of(row: &PartRow) -> Self {
        let number = |field: &str| row.raw(field).parse().ok();
        Self {
            kind: Folder::text("device", row, "kind"),
            is_ventilator: row.raw("kind") == "ventilator",
            watts: number("watts"),
            internal_minutes: number("internal_minutes"),
            external_count: number("external_count"),
            external_minutes: number("external_minutes"),
        }
    }
}

/// 電源の見積もり.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Power {
    /// (kind, minutes) of the device that stops first, the ventilator before all others.
    pub shortest: Option<(String, i64)>,
    /// Kinds of devices with no battery time on record: unknown is not zero.
    pub unknown: Vec<String>,
    /// What the devices draw together, as far as known.
    pub watts: i64,
    pub watts_unknown: usize,
}

/// 内部 ＋ 外部 of one device; `None` where neither is on record.
pub fn minutes(device: &Device) -> Option<i64> {
    let external = match (device.external_count, device.external_minutes) {
        (Some(0), _) => Some(0),
        (Some(n), Some(each)) => Some(n * each),
        (None, Some(each)) => Some(each),
        _ => None,
    };
    match (device.internal_minutes, external) {
        (None, None) => None,
        (internal, external) => Some(internal.unwrap_or(0) + external.unwrap_or(0)),
    }
}

pub fn power(devices: &[Device]) -> Power {
    let known = |d: &&Device| minutes(d).is_some();
    let vital: Vec<&Device> = devices.iter().filter(|d| d.is_ventilator).collect();
    let counted = if vital.iter().any(known) { vital } else { devices.iter().collect() };
    let shortest = counted
        .iter()
        .filter_map(|d| Some((d.kind.clone(), minutes(d)?)))
        .min_by_key(|(_, minutes)| *minutes);
    let unknown = devices.iter().filter(|d| minutes(d).is_none());
    Power {
        shortest,
        unknown: unknown.map(|d| d.kind.clone()).collect(),
        watts: devices.iter().filter_map(|d| d.watts).sum(),
        watts_unknown: devices.iter().filter(|d| d.watts.is_none()).count(),
    }
}

/// 「2時間30分」, 「45分」, 「3時間」.
pub fn hours(minutes: i64) -> String {
    match (minutes / 60, minutes % 60) {
        (0, m) => format!("{m}分"),
        (h, 0) => format!("{h}時間"),
        (h, m) => format!("{h}時間{m}分"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn device(kind: &str, internal: Option<i64>, external: (Option<i64>, Option<i64>)) -> Device {
        Device {
            kind: kind.into(),
            is_ventilator: kind == "ventilator",
            internal_minutes: internal,
            external_count: external.0,
            external_minutes: external.1,
            watts: Some(45),
        }
    }

    #[test]
    fn internal_and_external_add_up() {
        assert_eq!(minutes(&device("v", Some(120), (Some(2), Some(75)))), Some(270));
        assert_eq!(minutes(&device("v", Some(120), (Some(0), None))), Some(120));
        assert_eq!(minutes(&device("v", None, (Some(2), Some(75)))), Some(150));
        assert_eq!(minutes(&device("v", None, (None, None))), None);
        assert_eq!(minutes(&device("v", Some(0), (None, None))), Some(0));
    }

    #[test]
    fn a_count_without_minutes_is_unknown_not_zero() {
        assert_eq!(minutes(&device("v", None, (Some(2), None))), None);
    }

    #[test]
    fn the_ventilator_decides_while_its_time_is_known() {
        let all = [
            device("suction", Some(30), (None, None)),
            device("ventilator", Some(120), (None, None)),
            device("oxygen_concentrator", None, (None, None)),
        ];
        let p = power(&all);
        assert_eq!(p.shortest, Some(("ventilator".into(), 120)));
        assert_eq!(p.unknown, ["oxygen_concentrator"]);
        assert_eq!((p.watts, p.watts_unknown), (135, 0));
        let p = power(&[all[0].clone(), device("ventilator", None, (None, None))]);
        assert_eq!(p.shortest, Some(("suction".into(), 30)));
        assert_eq!(p.unknown, ["ventilator"]);
        assert_eq!(power(&[]), Power::default());
    }

    #[test]
    fn minutes_as_people_say_them() {
        assert_eq!([45, 180, 270, 0].map(hours), ["45分", "3時間", "4時間30分", "0分"]);
    }
}
