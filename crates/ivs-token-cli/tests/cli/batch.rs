//! `ivs-token mint --batch`.

use serde_json::{Value, json};

use crate::support::{KID, Run, STAGE, World, mint_args};

/// What stands in each line's `participantToken`.
fn lines(run: Run) -> Vec<Value> {
    run.ok().lines().map(inner).collect()
}

fn inner(line: &str) -> Value {
    serde_json::from_str::<Value>(line).unwrap()["participantToken"].take()
}

const CSV: &str = "userId,attributes,capabilities,duration,participantId\n\
    ana,\"{\"\"displayName\"\":\"\"Ana, the first\"\"}\",\"PUBLISH,SUBSCRIBE\",15,\n\
    José 😀,,subscribe,90s,p-2\n\
    ,,\"[\"\"PUBLISH\"\"]\",,\n";

const JSONL: &str = "{\"userId\":\"ana\",\"attributes\":{\"displayName\":\"Ana, the first\"},\"capabilities\":[\"PUBLISH\",\"SUBSCRIBE\"],\"duration\":15}\n\
    \n\
    {\"userId\":\"Jos\\u00e9 😀\",\"capabilities\":\"SUBSCRIBE\",\"duration\":\"90s\",\"participantId\":\"p-2\"}\n\
    {\"userId\":null,\"capabilities\":[\"PUBLISH\"]}";

#[test]
fn csv_and_json_lines_say_the_same() {
    let world = World::new();
    world.write("batch.csv", CSV);
    world.write("batch.jsonl", JSONL);
    world.write("bom.csv", format!("\u{feff}{CSV}"));
    world.write("crlf.csv", CSV.replace('\n', "\r\n"));
    world.write("batch.txt", JSONL);
    for name in ["batch.csv", "batch.jsonl", "bom.csv", "crlf.csv", "batch.txt"] {
        let run = world.mint(&["--batch", name, "--json"]);
        assert_eq!(run.stderr, "", "{name}");
        let tokens = lines(run);
        assert_eq!(tokens.len(), 3, "{name}");
        assert_eq!(tokens[0]["userId"], "ana");
        assert_eq!(tokens[0]["attributes"], json!({"displayName": "Ana, the first"}));
        assert_eq!(tokens[0]["capabilities"], json!(["PUBLISH", "SUBSCRIBE"]));
        assert_eq!(tokens[0]["duration"], 15);
        assert_eq!(tokens[1]["userId"], "José 😀", "{name}");
        assert_eq!(tokens[1]["capabilities"], json!(["SUBSCRIBE"]));
        assert_eq!(tokens[1]["duration"], 2);
        assert_eq!(tokens[1]["participantId"], "p-2");
        assert_eq!(tokens[2].get("userId"), None);
        assert_eq!(tokens[2]["capabilities"], json!(["PUBLISH"]));
        assert_eq!(tokens[2]["duration"], 720);
        for token in &tokens {
            let who = world.verified(token["token"].as_str().unwrap());
            assert_eq!(who["participantId"], token["participantId"]);
        }
    }
}

#[test]
fn an_accelerated_batch_is_as_good() {
    let world = World::new();
    world.write("batch.csv", CSV.replace("p-2", ""));
    let tokens = lines(world.mint(&["--batch", "batch.csv", "--json", "--accelerate"]));
    assert_eq!(tokens.len(), 3);
    for token in &tokens {
        let who = world.verified(token["token"].as_str().unwrap());
        assert_eq!(who["participantId"], token["participantId"]);
    }
    let alone = world.mint(&["--accelerate"]);
    assert_eq!(alone.code, 2, "it is for batches: {}", alone.stderr);
}

#[test]
fn standard_input_in_either_form() {
    let world = World::new();
    for batch in [CSV.to_owned(), JSONL.to_owned(), format!("\u{feff}\n {JSONL}"), format!("\u{feff}{CSV}")] {
        let tokens = world.run_on(&mint_args(&["--batch", "-"]), batch).ok();
        assert_eq!(tokens.lines().count(), 3);
        let users: Vec<Value> = tokens.lines().map(|token| world.verified(token)["userId"].clone()).collect();
        assert_eq!(users, [json!("ana"), json!("José 😀"), Value::Null]);
    }
    // What is said beats what it looks like.
    world
        .run_on(&mint_args(&["--batch", "-", "--format", "jsonl"]), CSV)
        .fails(1, "row 1 (line 1): INVALID_ROW: ");
    world.write("people.csv", JSONL);
    assert_eq!(lines(world.mint(&["--batch", "people.csv", "--format", "jsonl", "--json"])).len(), 3);
    let args = ["mint", "--key", "-", "--batch", "-"];
    world.run_on(&args, CSV).fails(2, "error: --key and --batch both read standard input");
}

#[test]
fn flags_stand_in_for_what_a_row_leaves_out() {
    let world = World::new();
    world.write(
        "batch.csv",
        "duration,attributes\n,\n5,\"{\"\"room\"\":\"\"2\"\",\"\"name\"\":\"\"B\"\"}\"\n",
    );
    let more = [
        "--batch",
        "batch.csv",
        "--json",
        "--duration",
        "1h",
        "--attribute",
        "room=1",
        "--attribute",
        "site=x",
    ];
    let tokens = lines(world.mint(&[&more[..], &["--capability", "publish", "--user-id", "guest"]].concat()));
    assert_eq!(tokens[0]["duration"], 60);
    assert_eq!(tokens[0]["attributes"], json!({"room": "1", "site": "x"}));
    assert_eq!(tokens[0]["capabilities"], json!(["PUBLISH"]));
    assert_eq!(tokens[0]["userId"], "guest");
    assert_eq!(tokens[1]["duration"], 5);
    assert_eq!(tokens[1]["attributes"], json!({"room": "2", "site": "x", "name": "B"}));
    assert_ne!(tokens[0]["participantId"], tokens[1]["participantId"]);
    world
        .mint(&["--batch", "batch.csv", "--participant-id", "x"])
        .fails(2, "error: the argument '--batch <FILE>' cannot be used with '--participant-id <ID>'");
}

const BAD: &str =
    "userId,duration,participantId\nana,15,one\nbob,0,\ncarl,5,one\ndora,20161,\nemil\nfay,5,two\n";

#[test]
fn bad_rows_stop_everything_and_all_are_told() {
    let world = World::new();
    world.write("bad.csv", BAD);
    let run = world.mint(&["--batch", "bad.csv"]);
    run.fails(1, "row 2 (line 3): INVALID_DURATION: the duration is 0 s: a token lasts at least 1 s\n");
    let said: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(said.len(), 5, "{run:?}");
    assert_eq!(
        said[1],
        "row 3 (line 4): INVALID_PARTICIPANT_ID: the participant ID one is that of row 1 too: each token needs its own"
    );
    assert!(said[2].starts_with("row 4 (line 5): INVALID_DURATION: the duration is 1209660 s"), "{run:?}");
    assert!(
        said[3].starts_with("row 5 (line 6): INVALID_ROW: the row has 1 cells, and the header 3"),
        "{run:?}"
    );
    assert_eq!(
        said[4],
        "error: 4 bad rows, so nothing was minted: correct them, or leave them out with --skip-bad"
    );
}

#[test]
fn bad_rows_as_json() {
    let world = World::new();
    world.write("bad.csv", BAD);
    let run = world.mint(&["--batch", "bad.csv", "--json"]);
    assert_eq!(run.code, 1);
    let json: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(json["error"]["code"], "BAD_ROWS");
    let rows: Vec<_> =
        json["error"]["rows"].as_array().unwrap().iter().map(|row| row["row"].clone()).collect();
    assert_eq!(rows, [2, 3, 4, 5]);
    assert_eq!(json["error"]["rows"][0]["code"], "INVALID_DURATION");
}

#[test]
fn skip_bad_mints_the_rest_and_fails() {
    let world = World::new();
    world.write("bad.csv", BAD);
    let run = world.mint(&["--batch", "bad.csv", "--skip-bad", "--json"]);
    assert_eq!(run.code, 1);
    // One line for each row, in order, and its number in it: what is left out shifts nothing.
    let lines: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut rows: Vec<u64> = lines.iter().map(|line| line["row"].as_u64().unwrap()).collect();
    rows.sort_unstable();
    assert_eq!(rows, [1, 2, 3, 4, 5, 6]);
    let minted: Vec<_> = lines.iter().filter(|line| line["error"].is_null()).collect();
    assert_eq!(minted.iter().map(|line| &line["row"]).collect::<Vec<_>>(), [1, 6]);
    assert_eq!(minted[1]["participantToken"]["userId"], "fay");
    let told: Vec<_> = lines.iter().filter(|line| line["participantToken"].is_null()).collect();
    assert_eq!(told[0]["error"]["code"], "INVALID_DURATION");
    assert_eq!((&told[0]["row"], &told[0]["line"]), (&json!(2), &json!(3)));
    let said: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(said.len(), 5, "{run:?}");
    assert!(said[0].starts_with("row 2 (line 3): INVALID_DURATION: "));
    assert!(said[3].starts_with("row 5 (line 6): INVALID_ROW: "));
    assert_eq!(said[4], "2 tokens minted, 4 bad rows left out");

    world.write("good.csv", "userId\nana\n");
    let run = world.mint(&["--batch", "good.csv", "--skip-bad"]);
    assert_eq!(run.stderr, "");
    assert_eq!(run.ok().lines().count(), 1);
}

#[test]
fn bad_json_lines() {
    let world = World::new();
    let long = format!("{{\"userId\":\"{}\"}}", "x".repeat(129));
    for (line, words) in [
        ("{\"userID\":\"a\"}", "INVALID_ROW: unknown field `userID`, expected one of `userId`, `attributes`"),
        ("{\"userId\":\"a\",\"userId\":\"b\"}", "INVALID_ROW: duplicate field `userId`"),
        ("{\"userId\":7}", "INVALID_ROW: invalid type: integer `7`, expected a string"),
        ("[\"ana\"]", "INVALID_ROW: this is not a JSON object"),
        ("{\"userId\":\"a\"", "INVALID_ROW: EOF while parsing an object"),
        (
            "{\"attributes\":{\"a\":1}}",
            "INVALID_ATTRIBUTES: attributes: \"a\" is a number, but must be a string",
        ),
        ("{\"attributes\":\"a=b\"}", "INVALID_ATTRIBUTES: "),
        ("{\"capabilities\":[\"WATCH\"]}", "INVALID_CAPABILITY: \"WATCH\" is not a capability"),
        ("{\"capabilities\":7}", "INVALID_CAPABILITY: \"7\" is not a capability"),
        ("{\"duration\":1.5}", "INVALID_DURATION: "),
        ("{\"duration\":1e3}", "INVALID_DURATION: "),
        ("{\"duration\":-5}", "INVALID_DURATION: "),
        ("{\"participantId\":\"\"}", "INVALID_PARTICIPANT_ID: the participant ID is empty"),
        (&long, "INVALID_USER_ID: the user ID has 129 characters: at most 128 are allowed\n"),
    ] {
        let batch = format!("{{}}\n{line}\n");
        world
            .run_on(&mint_args(&["--batch", "-", "--format", "jsonl"]), batch)
            .fails(1, &format!("row 2 (line 2): {words}"));
    }
    let run = world.run_on(&mint_args(&["--batch", "-"]), b"{}\n{\"userId\":\"\xff\"}\n");
    run.fails(1, "row 2 (line 2): INVALID_ROW: the line is not UTF-8");
}

#[test]
fn files_that_are_no_batch() {
    let world = World::new();
    let mint = |batch: &[u8]| world.run_on(&mint_args(&["--batch", "-", "--skip-bad"]), batch);
    mint(b"").fails(1, "error: standard input: the batch is empty");
    mint(b"\xef\xbb\xbf \n").fails(1, "error: standard input: the batch is empty");
    mint(b"name,userId,mail\na,b,c\n").fails(
        1,
        "error: standard input: the header names columns that are not known: \"name\", \"mail\"; known are userId, \
         attributes, capabilities, duration and participantId\n",
    );
    mint(b"userId,userId\na,b\n")
        .fails(1, "error: standard input: the column userId appears twice in the header");
    let run = mint(b"userId;duration\na;5\n");
    assert!(run.stderr.contains("put commas between columns, not semicolons"), "{run:?}");
    mint(b"[{\"userId\":\"a\"}]")
        .fails(1, "error: standard input: this is a JSON array, and one object a line is wanted");
    mint(b"\xff\xfeu\0s\0e\0r\0").fails(1, "error: standard input: this is UTF-16: save it as UTF-8");
    mint(b"userId\n\xff\n").fails(1, "row 1 (line 2): INVALID_ROW: the row is not UTF-8");
    assert_eq!(mint(b"userId\n").ok(), "");
    world.mint(&["--batch", "none.csv"]).fails(1, "error: none.csv: ");
}

/// What only shows when a token is put together stops everything too: here one of more than 16 KiB, in the last row.
#[test]
fn a_token_too_long_is_a_bad_row() {
    let world = World::new();
    let url = |scheme: &str| format!("{scheme}://{}", "a".repeat(2048 - scheme.len() - 3));
    let (whip, events) = (url("https"), url("wss"));
    let controls = "\\u0001".repeat(1023);
    let rows = "{}\n".repeat(300)
        + &format!("{{\"userId\":\"{}\",\"attributes\":{{\"a\":\"{controls}\"}}}}", "😀".repeat(128));
    world.write("batch.jsonl", rows);
    let (kid, stage) = (
        format!("{KID}{}", "x".repeat(128 - KID.len())),
        format!("{STAGE}{}", "x".repeat(128 - STAGE.len())),
    );
    let args = [
        &["mint", "--key", "private.pem", "--kid", &kid, "--stage-arn", &stage][..],
        &["--whip-url", &whip, "--events-url", &events, "--batch", "batch.jsonl"],
    ]
    .concat();
    let run = world.run(&args);
    run.fails(1, "row 301 (line 301): TOKEN_TOO_LONG: the token would have 16");
    assert!(run.stderr.ends_with(
        "error: 1 bad row, so nothing was minted: correct them, or leave them out with --skip-bad\n"
    ));
    let run = world.run(&[&args[..], &["--skip-bad"]].concat());
    assert!(run.code == 1 && run.stdout.lines().count() == 300, "{}", run.stderr);
    assert!(run.stderr.starts_with("row 301 (line 301): TOKEN_TOO_LONG: "), "{}", run.stderr);
}

#[test]
fn many_rows_in_their_order() {
    let world = World::new();
    let rows: Vec<String> = (0..600).map(|i| format!("user-{i}")).collect();
    world.write("many.csv", format!("userId\n{}", rows.join("\n")));
    for skip in [&[][..], &["--skip-bad"]] {
        let tokens = lines(world.mint(&[&["--batch", "many.csv", "--json"], skip].concat()));
        assert_eq!(tokens.len(), 600);
        assert!(tokens.iter().enumerate().all(|(i, token)| token["userId"] == format!("user-{i}")));
    }
    // No more than twenty bad rows are told.
    world.write("bad.csv", format!("duration\n{}", "x\n".repeat(30)));
    let run = world.mint(&["--batch", "bad.csv"]);
    assert_eq!(run.stderr.lines().count(), 22);
    assert!(run.stderr.contains("\n... and 10 more\n"), "{run:?}");
}
