//! What clients of a stage were seen to send and to need, and the test of each.

use std::path::Path;

/// A thing that was seen, and the tests that fail without it. Those with spaces in their names are in `tests/stage`, and run the clients
/// themselves.
const OBSERVED: &[(&str, &[&str])] = &[
    // The order of things, as the client goes through it.
    (
        "join, mute, publish, subscribe, leave",
        &["two pages join, publish, subscribe, and see each other move; a third only looks"],
    ),
    // The events socket.
    ("its URL has three forms, with the query or the path", &["every_form_of_url_opens"]),
    ("the token is the subprotocol, however long, and comes back", &["the_longest_token_is_a_subprotocol"]),
    ("it opens over ws:// and over wss://", &["every_form_of_url_opens", "sockets_and_requests"]),
    ("a refusal comes over the socket, or as a status", &["tokens_that_are_not_good", "choices_at_the_door"]),
    ("each refusal becomes the code that an app sees", &["who is not let in"]),
    ("a token that is missing, malformed, forged or expired", &["tokens_that_are_not_good"]),
    ("a stage that was deleted", &["a_stage_that_is_not_here_or_was_deleted"]),
    ("a participant who was disconnected", &["a_participant_who_is_disconnected_stays_out"]),
    ("a key that was deleted", &["a_key_that_is_deleted_takes_its_tokens_along"]),
    ("a token that expires while its client is connected", &["a_token_that_expires_ends_its_stay"]),
    ("the first state comes at once, with number 1", &["every_form_of_url_opens"]),
    ("each state is whole: who comes, leaves, mutes", &["all_see_who_comes_mutes_and_leaves"]),
    ("each state is whole: a new user ID, new attributes", &["all_see_the_new_user_and_attributes"]),
    ("who was disconnected is KICKED", &["a_participant_who_is_disconnected_stays_out"]),
    ("PING is answered, with its payload", &["pings_are_answered_and_nonsense_is_ignored"]),
    ("messages that nobody knows are ignored", &["pings_are_answered_and_nonsense_is_ignored"]),
    ("telemetry stays on the machine", &["telemetry_is_pointed_at_the_server_and_counted"]),
    ("mute flags in both forms, and the answer to the second", &["all_see_who_comes_mutes_and_leaves"]),
    ("an exchange is answered by its IDs, a bad one with an error", &["what_may_not_change_is_refused"]),
    (
        "an exchange that withdraws publish",
        &[
            "an_exchange_that_withdraws_publish_ends_the_publication",
            "exchange: new attributes, then no right to publish any more",
        ],
    ),
    // Offers and answers.
    ("over HTTP: 201, Location as a path, links, no ETag", &["published_frames_arrive_at_a_subscriber"]),
    ("a publication has the link that ends it", &["a_publication_can_be_ended_and_nothing_else"]),
    (
        "over the socket, by the ID of the request, with absolute URLs",
        &["sdp_over_the_socket_in_both_modes", "an older client, and SDP over the socket"],
    ),
    (
        "over a shared socket",
        &["offers_and_answers_of_two_on_one_socket", "two stages on one shared connection"],
    ),
    (
        "an offer has no candidates, and video in both directions",
        &["video_may_be_offered_in_both_directions"],
    ),
    (
        "three layers with names",
        &["layers_are_listed_chosen_and_changed", "simulcast, and tokens of CreateParticipantToken"],
    ),
    (
        "the smallest layer first, or the largest",
        &["audio_alone_and_the_smallest_layer_first", "the_largest_layer_comes_first_if_it_is_preferred"],
    ),
    ("audio alone", &["audio_alone_and_the_smallest_layer_first"]),
    ("messages over a data channel", &["published_frames_arrive_at_a_subscriber"]),
    ("an offer that is repeated", &["an_offer_that_is_repeated_replaces_the_publication"]),
    (
        "loopback for Chromium, a real interface for Firefox",
        &[
            "loopback_and_a_real_interface_are_offered_and_lead_here",
            "Firefox and Chromium see each other move",
        ],
    ),
    (
        "the addresses that were announced",
        &[
            "each_announced_address_is_offered_and_leads_here",
            "an_address_of_a_router_is_offered_and_leads_here",
        ],
    ),
    ("a missing capability is 403 with 2003", &["tokens_and_capabilities"]),
    ("DELETE ends a connection", &["a_plain_client_is_on_the_stage_while_it_publishes"]),
    ("DELETE also by one who was sent away", &["operations_end_media_too"]),
    ("the beacon of a page that is unloaded", &["a_page_that_goes_away_takes_its_publication_along"]),
    ("play and pause", &["published_frames_arrive_at_a_subscriber"]),
    ("layers are listed, picked, and automatic again", &["layers_are_listed_chosen_and_changed"]),
    ("every call is preflighted", &["browsers_may_ask"]),
    // Shared connections.
    ("participants in the subprotocols, and those who join later", &["two_stages_on_one_socket"]),
    ("frames are wrapped, PING and PONG are not", &["two_stages_on_one_socket"]),
    ("a bad connection token, and a bad participant token", &["what_is_refused"]),
    // Clients that know nothing of IVS.
    (
        "POST to the address without a path publishes",
        &[
            "a_plain_client_is_on_the_stage_while_it_publishes",
            "aiortc publishes with a token minted in Python, and subscribes with one of CreateParticipantToken",
        ],
    ),
    (
        "a client that waits for the handshake",
        &["a_publisher_may_wait_for_the_handshake", "ffmpeg publishes over WHIP"],
    ),
    (
        "checks without a PRIORITY, as those of ffmpeg 8.0",
        &["a_check_without_a_priority_is_answered", "the ffmpeg command of docs/local.md publishes"],
    ),
    (
        "one layer in the offer, and its name in each packet",
        &["OBS 32.1 names its layer in each packet, also where there is one"],
    ),
    (
        "layers of which the offer tells the SSRC of the first alone",
        &["OBS 32.1 sends three layers, and a subscriber picks from them"],
    ),
    (
        "a DELETE that comes after the connection has closed",
        &["OBS 31 publishes H.264 and Opus, and ends it with a DELETE"],
    ),
    (
        "H.264 alone",
        &[
            "h264_is_forwarded_as_it_is",
            "H.264 from a plain WHIP client in Chromium",
            "publishers_and_subscribers_are_answered_with_both_codecs",
        ],
    ),
    // Presence.
    ("without a socket, as long as it publishes", &["a_plain_client_is_on_the_stage_while_it_publishes"]),
    ("a second socket with the same token", &["a_second_socket_with_the_same_token_replaces_the_first"]),
    ("publishing begins when media is connected", &["nobody_publishes_before_media_is_connected"]),
    (
        "a socket that closes ends its publication after a while",
        &["a_page_that_goes_away_takes_its_publication_along"],
    ),
];

#[test]
fn each_thing_that_was_seen_has_a_test_that_is_there() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/door");
    let files =
        std::fs::read_dir(folder).unwrap().map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
    let code: String = files.collect();
    let of_clients = ["stage.mjs", "firefox.mjs", "whip.mjs"].map(|file| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/stage").join(file);
        std::fs::read_to_string(path).unwrap()
    });
    let clients = of_clients.concat();
    for (seen, tests) in OBSERVED {
        assert!(!tests.is_empty(), "{seen}");
        for test in *tests {
            let is_there = if test.contains(' ') {
                clients.contains(&format!("\ntest(\"{test}\", "))
            } else {
                code.contains(&format!("#[tokio::test]\nasync fn {test}()"))
            };
            assert!(is_there, "{seen}: there is no test {test}");
        }
    }
}
