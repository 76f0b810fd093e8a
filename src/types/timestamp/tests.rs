//! Reading, writing and comparing timestamps.

use super::*;

#[test]
fn every_written_form_survives_a_round_trip() {
    for text in [
        "2026-11-21T18:09:41.784131",
        "2026-11-21T18:09:41",
        "2026-11-21T18:09:41.000000",
        "2026-11-21T18:09:41.780",
        "2026-11-21T18:09:41.7",
        "2026-11-21T18:09:41.123456789",
        "2026-11-21 18:09:41",
        "2026-11-21 18:09:41.784131",
        "2026-11-21T18:09:41Z",
        "2026-11-21t18:09:41z",
        "2026-11-21T18:09:41.784131Z",
        "2026-11-21T18:09:41.784131+00:00",
        "2026-11-21T18:09:41.784131-00:00",
        "2026-11-21 18:09:41+05:30",
        "2026-11-21T18:09:41.5-0800",
        "2016-12-31T23:59:60.5Z",
        "0001-01-01T00:00:00",
        "9999-12-31T23:59:59.999999",
    ] {
        let json = format!("{text:?}");
        let read: Timestamp = serde_json::from_str(&json).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), json);
    }
}

#[test]
fn a_missing_offset_means_utc() {
    let naive: Timestamp = "2026-11-21T18:09:41.784131".parse().unwrap();
    let zulu: Timestamp = "2026-11-21T18:09:41.784131Z".parse().unwrap();
    assert_eq!(naive, zulu);
}

#[test]
fn an_offset_shifts_the_instant() {
    let berlin: Timestamp = "2026-11-21T19:00:00+01:00".parse().unwrap();
    let utc: Timestamp = "2026-11-21T18:00:00".parse().unwrap();
    let new_york: Timestamp = "2026-11-21T13:00:01-05:00".parse().unwrap();
    assert_eq!(berlin, utc);
    assert!(new_york > utc);
}

#[test]
fn equal_instants_in_different_forms_have_the_same_hash() {
    let instants: std::collections::HashSet<Timestamp> = [
        "2026-11-21T18:00:00Z",
        "2026-11-21 18:00:00",
        "2026-11-21T20:00:00.000+02:00",
    ]
    .iter()
    .map(|text| text.parse().unwrap())
    .collect();
    assert_eq!(instants.len(), 1);
}

#[test]
fn a_converted_datetime_is_written_in_the_form_of_the_server() {
    let instant = DateTime::from_timestamp(1_795_284_581, 784_131_999).unwrap();
    assert_eq!(
        Timestamp::from(instant).to_string(),
        "2026-11-21T18:09:41.784131"
    );
    let whole = DateTime::from_timestamp(1_795_284_581, 0).unwrap();
    assert_eq!(Timestamp::from(whole).to_string(), "2026-11-21T18:09:41");
}

#[test]
fn a_converted_datetime_equals_itself_after_a_round_trip() {
    let converted: Timestamp = DateTime::from_timestamp(1_795_284_581, 784_131_999)
        .unwrap()
        .into();
    assert_eq!(converted.to_string().parse(), Ok(converted));
    assert_eq!(
        DateTime::<Utc>::from(converted).timestamp_subsec_nanos(),
        784_131_000
    );
}

#[test]
fn an_invalid_datetime_is_an_error_that_quotes_the_text() {
    for text in [
        "",
        "yesterday",
        "2026-11-21",
        "2026-13-21T18:09:41",
        "2026-11-21X18:09:41",
        "2026-11-21T18:09",
        "2026-11-21T18:09:41.",
        "2026-11-21T18:09:41.1234567890",
        "2026-11-21T18:09:41+1:00",
        "2026-11-21T18:09:41+24:00",
        "2026-11-21T18:09:41+00:00 ",
        "2026-11-21T 8:09:41",
        "+026-11-21T18:09:41",
        "2026-11-21T18:09:4é",
        "9999-12-31T23:59:59-éé",
    ] {
        let error = text.parse::<Timestamp>().unwrap_err();
        assert!(error.to_string().contains(text), "{error}");
    }
}

#[test]
fn a_datetime_of_chrono_keeps_its_instant_whatever_its_offset() {
    let offset = FixedOffset::east_opt(3_600).unwrap();
    let instant = DateTime::from_timestamp(1_795_284_581, 0).unwrap();
    let timestamp = Timestamp::from(instant.with_timezone(&offset));
    assert_eq!(timestamp.to_utc(), instant);
    assert_eq!(timestamp.to_string(), "2026-11-21T18:09:41");
}

#[test]
fn debug_shows_the_written_form() {
    let read: Timestamp = "2026-11-21T18:09:41Z".parse().unwrap();
    assert_eq!(format!("{read:?}"), "Timestamp(2026-11-21T18:09:41Z)");
}
