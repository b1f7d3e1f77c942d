//! What the header promises of threads, so that the compiler holds us to it.

use crate::batch::ivs_token_list;
use crate::connection::ivs_connection;
use crate::exchange::ivs_exchange;
use crate::inspection::ivs_inspection;
use crate::key_list::ivs_key_list;
use crate::key_ring::ivs_key_ring;
use crate::participant::ivs_participant;
use crate::playback::ivs_playback;
use crate::revocations::ivs_revocations;
use crate::signing_key::ivs_signing_key;
use crate::stage::ivs_stage;
use crate::token::ivs_token;
use crate::unsigned::ivs_unsigned;
use crate::verified::ivs_verified;
use crate::verified_connection::ivs_verified_connection;
use crate::verified_list::ivs_verified_list;
use crate::verified_playback::ivs_verified_playback;
use crate::verifier::ivs_verifier;
use crate::verifier_builder::ivs_verifier_builder;
use crate::verifying_key::ivs_verifying_key;

/// Any number of threads may use one at once.
const fn shared<T: Send + Sync>() {}

/// No object is tied to the thread that made it.
const fn moved<T: Send>() {}

const _: () = {
    shared::<ivs_signing_key>();
    shared::<ivs_verifying_key>();
    shared::<ivs_stage>();
    shared::<ivs_verifier>();
    shared::<ivs_token>();
    shared::<ivs_unsigned>();
    shared::<ivs_token_list>();
    shared::<ivs_verified>();
    shared::<ivs_verified_connection>();
    shared::<ivs_verified_playback>();
    shared::<ivs_verified_list>();
    shared::<ivs_inspection>();
    shared::<ivs_key_ring>();
    shared::<ivs_key_list>();
    shared::<ivs_revocations>();
    moved::<ivs_participant>();
    moved::<ivs_connection>();
    moved::<ivs_exchange>();
    moved::<ivs_playback>();
    moved::<ivs_verifier_builder>();
};
