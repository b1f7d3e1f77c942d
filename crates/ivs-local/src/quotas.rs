//! The names of quotas, and how the command line gives one.

/// The quotas that `--quota` can set: the name, the default, and what the quota limits.
const QUOTAS: [(&str, usize, &str); 33] = [
    ("adConfigurations", 20, "ad configurations"),
    ("channels", 5000, "channels"),
    ("compositionMaxHours", 24, "hours that a composition lasts"),
    ("compositions", 20, "compositions at once"),
    ("compositionsPerStage", 5, "compositions of a stage at once"),
    ("concurrentPublishers", 1000, "publishers on all stages together, including replicas"),
    ("concurrentStreams", 100, "live channels at once"),
    ("concurrentSubscriptions", 20_000, "subscriptions on all stages together"),
    ("concurrentViews", 15_000, "viewers of all streams; more only cause an event"),
    ("encoderConfigurations", 20, "encoder configurations"),
    ("failoverSlateConfigurations", 20, "failover slates"),
    ("ingestBitrate", 8_500_000, "bits a second of a stream; more only cause an event"),
    ("ingestConfigurations", 100, "ingest configurations"),
    ("ingestEdge", 1920, "pixels of the longer edge of a stream; more only cause an event"),
    ("ingestPixels", 2_073_600, "pixels of a stream; more only cause an event"),
    ("metadataBytes", 1024, "bytes of PutMetadata"),
    ("playbackKeyPairs", 3, "playback keys"),
    ("playbackRestrictionPolicies", 3, "playback restriction policies"),
    ("playbackTokenBytes", 2048, "bytes of a playback token"),
    ("publicKeys", 3, "public keys"),
    ("publishBitrate", 8_500_000, "bits a second of a publication"),
    ("publishEdge", 1280, "pixels of the longer edge of a publication"),
    ("publishOrSubscribeHours", 24, "hours for which a participant publishes or subscribes"),
    ("publishPixels", 921_600, "pixels of a publication"),
    ("publishersPerStage", 12, "publishers on a stage, including replicas"),
    ("recordingConfigurations", 20, "recording configurations"),
    ("replicationsPerParticipant", 5, "replicas of a participant"),
    ("stages", 1000, "stages"),
    ("storageConfigurations", 5, "storage configurations"),
    ("streamKeysPerChannel", 1, "stream keys of a channel"),
    ("streamTakeovers", 100, "takeovers of a stream"),
    ("subscribersPerStage", 10_000, "participants on a stage"),
    ("tagsPerResource", 50, "tags of a resource"),
];

/// A quota as the command line gives it: `stages=5`.
pub(crate) fn parse(text: &str) -> Result<(String, usize), String> {
    let pair = text.split_once('=').and_then(|(name, number)| Some((name, number.parse().ok()?)));
    let (name, number) = pair.ok_or("give NAME=NUMBER, such as stages=5")?;
    if !is_known(name) {
        return Err(format!("there is no quota {name}; the quotas are: {}", names()));
    }
    Ok((name.to_owned(), number))
}

/// The text of `--help` for `--quota`.
pub(crate) fn help() -> String {
    format!("Change a documented quota, such as `stages=5`; may be repeated. The quotas are {}", names())
}

fn names() -> String {
    QUOTAS.map(|(name, ..)| name).join(", ")
}

/// Whether there is a quota of this name.
pub(crate) fn is_known(name: &str) -> bool {
    QUOTAS.iter().any(|(known, ..)| *known == name)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;
    use std::path::Path;

    use super::*;
    use crate::documentation::compare;
    use crate::kinds::KINDS;

    #[test]
    fn a_name_that_nothing_asks_for_is_refused() {
        assert_eq!(parse("stages=5"), Ok(("stages".to_owned(), 5)));
        let said = parse("stage=5").unwrap_err();
        assert!(said.starts_with("there is no quota stage; the quotas are: adConfigurations, "), "{said}");
        for bad in ["stages", "stages=", "stages=many", "stages=-1", ""] {
            assert_eq!(parse(bad).unwrap_err(), "give NAME=NUMBER, such as stages=5");
        }
    }

    #[test]
    fn every_number_is_the_one_that_the_code_asks_for() {
        let code = code_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
        let of_kinds: Vec<_> = KINDS.into_iter().filter_map(crate::kinds::Kind::quota).collect();
        for (name, number, _) in QUOTAS {
            if let Some((_, known)) = of_kinds.iter().find(|(known, _)| *known == name) {
                assert_eq!(*known, number, "{name}");
                continue;
            }
            assert!(code.contains(&format!("\"{name}\"")), "nothing asks for {name}");
            let call = format!("quota(\"{name}\", ");
            for rest in code.split(&call).skip(1) {
                // A constant or a product is not a number here, and is skipped.
                let number_of_code = rest.split(')').next().unwrap_or_default().replace('_', "");
                if let Ok(asked) = number_of_code.parse::<usize>() {
                    assert_eq!(asked, number, "{name}");
                }
            }
        }
    }

    #[test]
    fn the_documentation_lists_every_quota() {
        let mut table = "| quota | default | what it limits |\n|---|---|---|\n".to_owned();
        for (name, number, what) in QUOTAS {
            let _ = writeln!(table, "| `{name}` | {number} | {what} |");
        }
        compare("quotas", &table);
        assert!(
            help().contains("concurrentPublishers, concurrentStreams, concurrentSubscriptions"),
            "{}",
            help()
        );
    }

    /// All code but that of this file, which names each.
    fn code_below(folder: &Path) -> String {
        let mut code = String::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                code += &code_below(&path);
            } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("quotas.rs") {
                code += &std::fs::read_to_string(&path).unwrap();
            }
        }
        code
    }
}
